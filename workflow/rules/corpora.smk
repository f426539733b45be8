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
        benchmark:
            f"{RESULTS}/timings/demo_corpora.tsv"
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


if config["corpus"]["kind"] == "folder":

    rule own_source_corpus:
        input:
            train=own_file(EXPERIMENT.source, "train"),
            dev=own_file(EXPERIMENT.source, "dev"),
            test=own_file(EXPERIMENT.source, "test"),
        output:
            train=corpus(EXPERIMENT.source, "train"),
            dev=corpus(EXPERIMENT.source, "dev"),
            test=corpus(EXPERIMENT.source, "test"),
        log:
            f"logs/{EXPERIMENT.name}/own_source_corpus.log",
        benchmark:
            f"{RESULTS}/timings/own_source_corpus.tsv"
        conda:
            "../../envs/mclner.yaml"
        params:
            **own_corpus_settings("source_sentences"),
            language=EXPERIMENT.source,
            program=program("import_corpus"),
        message:
            "Reading your labelled sentences in {params.language}"
        shell:
            "{params.program} --language {params.language} --train {input.train} --dev {input.dev}"
            " --test {input.test} {params.most}"
            " --seed {params.seed} --token-column {params.token_column} --tag-column {params.tag_column}"
            " --entity-types {params.entity_types} --tag-mapping {params.tag_mapping:q}"
            " --folder {params.folder} --log {log}"

    rule own_target_corpus:
        input:
            unlabelled=lambda wildcards: own_file(wildcards.language, "train"),
            test=lambda wildcards: own_file(wildcards.language, "test"),
        output:
            unlabelled=f"{CORPORA}/{{language}}/unlabelled.parquet",
            test=f"{CORPORA}/{{language}}/test.parquet",
        log:
            f"logs/{EXPERIMENT.name}/own_target_corpus-{{language}}.log",
        benchmark:
            f"{RESULTS}/timings/own_target_corpus-{{language}}.tsv"
        wildcard_constraints:
            language="|".join(EXPERIMENT.targets),
        conda:
            "../../envs/mclner.yaml"
        params:
            **own_corpus_settings("unlabelled_sentences"),
            program=program("import_corpus"),
        message:
            "Reading your sentences in {wildcards.language}; the training ones without their tags"
        shell:
            "{params.program} --language {wildcards.language} --unlabelled {input.unlabelled}"
            " --test {input.test} {params.most}"
            " --seed {params.seed} --token-column {params.token_column} --tag-column {params.tag_column}"
            " --entity-types {params.entity_types} --tag-mapping {params.tag_mapping:q}"
            " --folder {params.folder} --log {log}"
