# Scores of every run in every language, and of the experiment as a whole.
rule evaluate:
    input:
        model=f"{RUN}/model",
        tests=PLACES.corpora(EXPERIMENT.languages, "test"),
    output:
        predictions=directory(f"{RUN}/predictions"),
        counts=f"{RUN}/sentence_counts.parquet",
        metrics=f"{RUN}/metrics.tsv",
    log:
        f"{LOGS}/evaluate/{{variant}}-seed{{seed}}.log",
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
        PLACES.of_runs("metrics.tsv", EXPERIMENT.compare, EXPERIMENT.seeds),
    output:
        f"{RESULTS}/metrics.tsv",
    log:
        f"{LOGS}/metrics.log",
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


# `scope` begins the names of the tables of fewer variants: what is made from those waits for no others.
rule summary:
    input:
        counts=lambda wildcards: PLAN.report.sentence_counts(wildcards.scope),
    output:
        f"{RESULTS}/{{scope}}summary.tsv",
    log:
        f"{LOGS}/{{scope}}summary.log",
    benchmark:
        f"{RESULTS}/timings/{{scope}}summary.tsv"
    conda:
        "../../envs/mclner.yaml"
    params:
        results=lambda wildcards, output: Path(output[0]).parent,
        options=lambda wildcards: PLAN.report.summary_options(wildcards.scope),
        resamples=config["bootstrap_resamples"],
        program=program("summarise"),
    message:
        "Summarising over seeds and sentences"
    shell:
        "{params.program} --results {params.results} {params.options} --resamples {params.resamples}"
        " --output {output} --log {log}"


rule groups:
    input:
        counts=lambda wildcards: PLAN.report.sentence_counts(wildcards.scope),
        described=f"{RESULTS}/languages.tsv",
    output:
        f"{RESULTS}/{{scope}}groups.tsv",
    log:
        f"{LOGS}/{{scope}}groups.log",
    benchmark:
        f"{RESULTS}/timings/{{scope}}groups.tsv"
    conda:
        "../../envs/mclner.yaml"
    params:
        results=lambda wildcards, output: Path(output[0]).parent,
        options=lambda wildcards: PLAN.report.summary_options(wildcards.scope),
        resamples=config["bootstrap_resamples"],
        program=program("summarise"),
    message:
        "Summarising over groups of languages"
    shell:
        "{params.program} --results {params.results} {params.options} --resamples {params.resamples}"
        " --described {input.described} --output {output} --log {log}"


rule error_kinds:
    input:
        PLACES.of_runs("predictions", EXPERIMENT.compare, EXPERIMENT.seeds),
    output:
        f"{RESULTS}/errors.tsv",
    log:
        f"{LOGS}/error_kinds.log",
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
        table=LANGUAGES,
        distances=PLACES.shipped("config/distances.tsv"),
        encoder=PLAN.models.encoder,
        train=PLACES.corpus(EXPERIMENT.source, "train"),
        tests=PLACES.corpora(EXPERIMENT.languages, "test"),
        lexicons=rules.merged_lexicons.output.lexicons,
        counts=rules.merged_lexicons.output.counts,
    output:
        f"{RESULTS}/languages.tsv",
    log:
        f"{LOGS}/described_languages.log",
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
        "{params.program} --table {input.table:q} --distances {input.distances:q} --encoder {input.encoder}"
        " --train {input.train} --tests {input.tests} --lexicons {params.lexicons} --counts {input.counts}"
        " --output {output} --log {log}"
