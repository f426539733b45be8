# Labelled and unlabelled sentences of every language, as Parquet.
if PLAN.corpora.kind == "demo":

    rule demo_corpora:
        input:
            train=f"{PLACES.demo}/train/en.txt",
            dev=f"{PLACES.demo}/dev/en.txt",
            tests=expand(f"{PLACES.demo}/test/{{language}}.txt", language=PLAN.corpora.demo_languages),
            unlabelled=expand(
                f"{PLACES.demo}/unlabelled/{{language}}.txt", language=PLAN.corpora.demo_targets
            ),
        output:
            source=[PLACES.corpus(EXPERIMENT.source, split) for split in ("train", "dev")],
            tests=PLACES.corpora(PLAN.corpora.demo_languages, "test"),
            unlabelled=PLACES.corpora(PLAN.corpora.demo_targets, "unlabelled"),
        log:
            "logs/demo_corpora.log",
        benchmark:
            f"{RESULTS}/timings/demo_corpora.tsv"
        conda:
            "../../envs/mclner.yaml"
        params:
            folder=lambda wildcards, output: Path(output.tests[0]).parents[1],
            demo=lambda wildcards, input: Path(input.train).parents[1],
            source=EXPERIMENT.source,
            languages=PLAN.corpora.demo_languages,
            name_swaps=config["corpus"]["name_swaps"],
            seed=config["corpus"]["seed"],
            program=program("build_demo_corpora"),
        message:
            "Building the demo corpora"
        shell:
            "{params.program} --demo {params.demo:q} --source {params.source} --languages {params.languages}"
            " --name-swaps {params.name_swaps} --seed {params.seed} --corpora {params.folder} --log {log}"

else:

    rule source_corpus:
        input:
            train=PLAN.corpora.split_input(EXPERIMENT.source, "train"),
            dev=PLAN.corpora.split_input(EXPERIMENT.source, "dev"),
            test=PLAN.corpora.split_input(EXPERIMENT.source, "test"),
        output:
            train=PLACES.corpus(EXPERIMENT.source, "train"),
            dev=PLACES.corpus(EXPERIMENT.source, "dev"),
            test=PLACES.corpus(EXPERIMENT.source, "test"),
            readings=PLACES.readings(EXPERIMENT.source),
        log:
            f"{LOGS}/source_corpus.log",
        benchmark:
            f"{RESULTS}/timings/source_corpus.tsv"
        conda:
            "../../envs/mclner.yaml"
        params:
            folder=lambda wildcards, output: Path(output.test).parent,
            train=PLAN.corpora.split_path(EXPERIMENT.source, "train"),
            dev=PLAN.corpora.split_path(EXPERIMENT.source, "dev"),
            test=PLAN.corpora.split_path(EXPERIMENT.source, "test"),
            check=check_first,
            reading=PLAN.corpora.reading_options(EXPERIMENT.source),
            language=EXPERIMENT.source,
            program=program("import_corpus"),
        message:
            "Reading the labelled sentences in {params.language}"
        shell:
            "{params.check}{params.program} --language {params.language} --train {params.train:q} --dev {params.dev:q}"
            " --test {params.test:q} {params.reading} --folder {params.folder} --log {log}"

    rule target_corpus:
        input:
            unlabelled=lambda wildcards: PLAN.corpora.unlabelled_inputs(wildcards.language),
            test=lambda wildcards: PLAN.corpora.split_input(wildcards.language, "test"),
        output:
            unlabelled=PLACES.corpus("{language}", "unlabelled"),
            test=PLACES.corpus("{language}", "test"),
            readings=PLACES.readings("{language}"),
        log:
            f"{LOGS}/target_corpus-{{language}}.log",
        benchmark:
            f"{RESULTS}/timings/target_corpus-{{language}}.tsv"
        wildcard_constraints:
            language="|".join(EXPERIMENT.targets),
        conda:
            "../../envs/mclner.yaml"
        params:
            folder=lambda wildcards, output: Path(output.test).parent,
            unlabelled=lambda wildcards: PLAN.corpora.unlabelled_paths(wildcards.language),
            test=lambda wildcards: PLAN.corpora.split_path(wildcards.language, "test"),
            check=check_first,
            reading=lambda wildcards: PLAN.corpora.reading_options(wildcards.language),
            program=program("import_corpus"),
        message:
            "Reading the sentences in {wildcards.language}; the training ones without their tags"
        shell:
            "{params.check}{params.program} --language {wildcards.language} --unlabelled {params.unlabelled:q}"
            " --test {params.test:q} {params.reading} --folder {params.folder} --log {log}"
