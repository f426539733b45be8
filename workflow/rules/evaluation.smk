# Scores of every run in every language, and of the experiment as a whole.
rule evaluate:
    input:
        model=f"{RUN}/model",
        tests=corpora(EXPERIMENT.languages, "test"),
    output:
        predictions=directory(f"{RUN}/predictions"),
        counts=f"{RUN}/sentence_counts.parquet",
        metrics=f"{RUN}/metrics.tsv",
    log:
        f"logs/{EXPERIMENT.name}/evaluate/{{variant}}-seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/timings/evaluate-{{variant}}-seed{{seed}}.tsv"
    conda:
        "../../envs/mclner.yaml"
    threads: THREADS
    resources:
        gpu=1,
        mem_mb=megabytes(config["megabytes_a_run"]),
    params:
        experiment=EXPERIMENT.name,
        program=program("evaluate"),
        torch_threads=THREADS,
    message:
        "Evaluating {wildcards.variant} with seed {wildcards.seed} in all languages"
    shell:
        "{params.program} --model {input.model} --tests {input.tests} --experiment {params.experiment}"
        " --variant {wildcards.variant} --seed {wildcards.seed} --threads {params.torch_threads}"
        " --predictions {output.predictions} --counts {output.counts} --metrics {output.metrics} --log {log}"


rule metrics:
    input:
        expand(f"{RUN}/metrics.tsv", variant=EXPERIMENT.compare, seed=EXPERIMENT.seeds),
    output:
        f"{RESULTS}/metrics.tsv",
    log:
        f"logs/{EXPERIMENT.name}/metrics.log",
    benchmark:
        f"{RESULTS}/timings/metrics.tsv"
    conda:
        "../../envs/mclner.yaml"
    params:
        program=program("gather_tables"),
    message:
        "Gathering the metrics of all runs"
    shell:
        "{params.program} --tables {input} --output {output} --log {log}"


rule summary:
    input:
        metrics=rules.metrics.output,
        counts=expand(f"{RUN}/sentence_counts.parquet", variant=EXPERIMENT.compare, seed=EXPERIMENT.seeds),
        described=f"{RESULTS}/languages.tsv",
    output:
        summary=f"{RESULTS}/summary.tsv",
        groups=f"{RESULTS}/groups.tsv",
    log:
        f"logs/{EXPERIMENT.name}/summary.log",
    benchmark:
        f"{RESULTS}/timings/summary.tsv"
    conda:
        "../../envs/mclner.yaml"
    params:
        results=lambda wildcards, output: Path(output.summary).parent,
        variants=EXPERIMENT.compare,
        seeds=EXPERIMENT.seeds,
        parallel_tests="--parallel-tests" if config["corpus"]["kind"] == "demo" else "",
        source=EXPERIMENT.source,
        baselines=[EXPERIMENT.comparisons.references[variant] for variant in EXPERIMENT.compare],
        method=config["method"],
        resamples=config["bootstrap_resamples"],
        bootstrap_seed=config["bootstrap_seed"],
        program=program("summarise"),
    message:
        "Summarising over seeds and sentences"
    shell:
        "{params.program} --results {params.results} --variants {params.variants} --seeds {params.seeds}"
        " --source {params.source} --baselines {params.baselines} --method {params.method}"
        " --resamples {params.resamples} --bootstrap-seed {params.bootstrap_seed} --described {input.described} {params.parallel_tests}"
        " --output {output.summary} --groups {output.groups} --log {log}"


rule error_kinds:
    input:
        expand(f"{RUN}/predictions", variant=EXPERIMENT.compare, seed=EXPERIMENT.seeds),
    output:
        f"{RESULTS}/errors.tsv",
    log:
        f"logs/{EXPERIMENT.name}/error_kinds.log",
    benchmark:
        f"{RESULTS}/timings/error_kinds.tsv"
    conda:
        "../../envs/mclner.yaml"
    params:
        results=lambda wildcards, output: Path(output[0]).parent,
        variants=EXPERIMENT.compare,
        seeds=EXPERIMENT.seeds,
        program=program("analyse_errors"),
    message:
        "Counting the kinds of errors"
    shell:
        "{params.program} --results {params.results} --variants {params.variants} --seeds {params.seeds}"
        " --output {output} --log {log}"


rule described_languages:
    input:
        table=ROOT / "config" / "languages.tsv",
        distances=ROOT / "config" / "distances.tsv",
        encoder=ENCODER,
        train=corpus(EXPERIMENT.source, "train"),
        tests=corpora(EXPERIMENT.languages, "test"),
        lexicons=rules.merged_lexicons.output.lexicons,
        counts=rules.merged_lexicons.output.counts,
    output:
        f"{RESULTS}/languages.tsv",
    log:
        f"logs/{EXPERIMENT.name}/described_languages.log",
    benchmark:
        f"{RESULTS}/timings/described_languages.tsv"
    conda:
        "../../envs/mclner.yaml"
    params:
        lexicons=lambda wildcards, input: Path(input.lexicons[0]).parent,
        program=program("describe_languages"),
    message:
        "Counting subwords and what the lexicons cover"
    shell:
        "{params.program} --table {input.table:q} --distances {input.distances:q} --encoder {input.encoder} --train {input.train}"
        " --tests {input.tests} --lexicons {params.lexicons} --counts {input.counts} --output {output} --log {log}"
