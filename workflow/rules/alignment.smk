# How far the pretrained encoder, the baseline and the method bring the languages together.
rule alignment_of_model:
    input:
        model=lambda wildcards: PLAN.report.aligned_model(wildcards.model),
        aligned=PLAN.report.aligned_text,
        tests=PLACES.corpora(EXPERIMENT.languages, "test"),
    output:
        scores=f"{RESULTS}/alignment/{{model}}.tsv",
        points=f"{RESULTS}/alignment/{{model}}.parquet",
    log:
        f"{LOGS}/alignment/{{model}}.log",
    benchmark:
        f"{RESULTS}/timings/alignment-{{model}}.tsv"
    wildcard_constraints:
        model=one_of(PLAN.report.aligned_models),
    conda:
        "../../envs/mclner.yaml"
    threads: THREADS
    resources:
        gpu=1,
        mem_mb=megabytes(4000),
    params:
        options=lambda wildcards: PLAN.report.alignment_options(wildcards.model),
        torch_threads=THREADS,
        program=program("analyse_alignment"),
    message:
        "Measuring the alignment of languages by {wildcards.model}"
    shell:
        "{params.program} --model {input.model} {params.options} --aligned {input.aligned} --tests {input.tests}"
        " --threads {params.torch_threads} --scores {output.scores} --points {output.points} --log {log}"


rule alignment:
    input:
        expand(f"{RESULTS}/alignment/{{model}}.tsv", model=PLAN.report.aligned_models),
    output:
        f"{RESULTS}/alignment.tsv",
    log:
        f"{LOGS}/alignment.log",
    benchmark:
        f"{RESULTS}/timings/alignment.tsv"
    conda:
        "../../envs/mclner.yaml"
    params:
        program=program("gather_tables"),
    message:
        "Gathering the measures of alignment"
    shell:
        "{params.program} --tables {input} --output {output} --log {log}"
