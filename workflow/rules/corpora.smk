# Labelled and unlabelled sentences of every language, as Parquet.
DEMO = ROOT / "workflow" / "demo"
DEMO_LANGUAGES = sorted({path.stem for path in (DEMO / "test").glob("*.txt")} | set(EXPERIMENT.languages))
DEMO_TARGETS = [language for language in DEMO_LANGUAGES if language != EXPERIMENT.source]


if config["corpus"]["kind"] == "demo":

    # all languages of the demo, whichever an experiment asks for, so that experiments can share them
    rule demo_corpora:
        input:
            train=DEMO / "train" / "en.txt",
            dev=DEMO / "dev" / "en.txt",
            tests=expand(DEMO / "test" / "{language}.txt", language=DEMO_LANGUAGES),
            unlabelled=expand(DEMO / "unlabelled" / "{language}.txt", language=DEMO_TARGETS),
        output:
            source=[corpus(EXPERIMENT.source, split) for split in ("train", "dev")],
            tests=corpora(DEMO_LANGUAGES, "test"),
            unlabelled=corpora(DEMO_TARGETS, "unlabelled"),
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
            languages=DEMO_LANGUAGES,
            copies=config["corpus"]["copies"],
            seed=config["corpus"]["seed"],
            program=program("build_demo_corpora"),
        message:
            "Building the demo corpora"
        shell:
            "{params.program} --demo {params.demo:q} --source {params.source} --languages {params.languages}"
            " --copies {params.copies} --seed {params.seed} --corpora {params.folder} --log {log}"


if config["corpus"]["kind"] != "demo":

    rule source_corpus:
        input:
            train=split_input(EXPERIMENT.source, "train"),
            dev=split_input(EXPERIMENT.source, "dev"),
            test=split_input(EXPERIMENT.source, "test"),
        output:
            train=corpus(EXPERIMENT.source, "train"),
            dev=corpus(EXPERIMENT.source, "dev"),
            test=corpus(EXPERIMENT.source, "test"),
        log:
            f"logs/{EXPERIMENT.name}/source_corpus.log",
        benchmark:
            f"{RESULTS}/timings/source_corpus.tsv"
        conda:
            "../../envs/mclner.yaml"
        params:
            **corpus_settings("source_sentences"),
            train=split_path(EXPERIMENT.source, "train"),
            dev=split_path(EXPERIMENT.source, "dev"),
            test=split_path(EXPERIMENT.source, "test"),
            expected=expected_sizes(EXPERIMENT.source),
            language=EXPERIMENT.source,
            program=program("import_corpus"),
        message:
            "Reading the labelled sentences in {params.language}"
        shell:
            "{params.program} --language {params.language} --train {params.train:q} --dev {params.dev:q}"
            " --test {params.test:q} {params.most} --expected {params.expected:q}"
            " --seed {params.seed} {params.reading}"
            " --entity-types {params.entity_types} --tag-mapping {params.tag_mapping:q}"
            " --folder {params.folder} --log {log}"

    rule target_corpus:
        input:
            unlabelled=lambda wildcards: (
                split_input(wildcards.language, "train") if unlabelled_paths(wildcards.language) else []
            ),
            test=lambda wildcards: split_input(wildcards.language, "test"),
        output:
            unlabelled=f"{CORPORA}/{{language}}/unlabelled.parquet",
            test=f"{CORPORA}/{{language}}/test.parquet",
        log:
            f"logs/{EXPERIMENT.name}/target_corpus-{{language}}.log",
        benchmark:
            f"{RESULTS}/timings/target_corpus-{{language}}.tsv"
        wildcard_constraints:
            language="|".join(EXPERIMENT.targets),
        conda:
            "../../envs/mclner.yaml"
        params:
            **corpus_settings("unlabelled_sentences"),
            unlabelled=lambda wildcards: unlabelled_paths(wildcards.language),
            test=lambda wildcards: split_path(wildcards.language, "test"),
            expected=lambda wildcards: expected_sizes(wildcards.language),
            program=program("import_corpus"),
        message:
            "Reading the sentences in {wildcards.language}; the training ones without their tags"
        shell:
            "{params.program} --language {wildcards.language} --unlabelled {params.unlabelled:q}"
            " --test {params.test:q} {params.most} --expected {params.expected:q}"
            " --seed {params.seed} {params.reading}"
            " --entity-types {params.entity_types} --tag-mapping {params.tag_mapping:q}"
            " --folder {params.folder} --log {log}"
