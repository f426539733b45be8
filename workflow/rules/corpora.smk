# Labelled and unlabelled sentences of every language, as Parquet.
DEMO = ROOT / "workflow" / "demo"


if config["corpus"]["kind"] == "demo":

    rule demo_corpora:
        input:
            train=DEMO / "train" / "en.txt",
            dev=DEMO / "dev" / "en.txt",
            tests=expand(DEMO / "test" / "{language}.txt", language=EXPERIMENT.languages),
            unlabelled=expand(DEMO / "unlabelled" / "{language}.txt", language=EXPERIMENT.targets),
        output:
            source=[corpus(EXPERIMENT.source, split) for split in ("train", "dev")],
            tests=corpora(EXPERIMENT.languages, "test"),
            unlabelled=corpora(EXPERIMENT.targets, "unlabelled"),
        log:
            "logs/demo_corpora.log",
        conda:
            "../../envs/mclner.yaml"
        params:
            folder=lambda wildcards, output: Path(output.tests[0]).parents[1],
            demo=DEMO,
            source=EXPERIMENT.source,
            languages=EXPERIMENT.languages,
            copies=config["corpus"]["copies"],
            seed=config["corpus"]["seed"],
            program=program("build_demo_corpora"),
        message:
            "Building the demo corpora"
        shell:
            "{params.program} --demo {params.demo} --source {params.source} --languages {params.languages}"
            " --copies {params.copies} --seed {params.seed} --corpora {params.folder} --log {log}"
