# How far the pretrained encoder, the baseline and the method bring the languages together.
ALIGNED = aligned_text()
ALIGNMENT_MODELS = alignment_models()


rule alignment_of_model:
    input:
        model=alignment_model,
        aligned=ALIGNED,
        tests=corpora(EXPERIMENT.languages, "test"),
    output:
        scores=f"{RESULTS}/alignment/{{model}}.tsv",
        points=f"{RESULTS}/alignment/{{model}}.parquet",
    log:
        f"logs/{EXPERIMENT.name}/alignment/{{model}}.log",
    benchmark:
        f"{RESULTS}/timings/alignment-{{model}}.tsv"
    wildcard_constraints:
        model="|".join(ALIGNMENT_MODELS),
    conda:
        "../../envs/mclner.yaml"
    threads: THREADS
    resources:
        gpu=1,
        mem_mb=megabytes(4000),
    params:
        settings=json.dumps(
            EXPERIMENT.run_settings(config["method"])["model"] | {"head": "tagger"}, sort_keys=True
        ),
        entity_types=config["entity_types"],
        run=alignment_run,
        languages=EXPERIMENT.languages,
        torch_threads=THREADS,
        program=program("analyse_alignment"),
    message:
        "Measuring the alignment of languages by {wildcards.model}"
    shell:
        "{params.program} --model {input.model} --settings {params.settings:q} --entity-types {params.entity_types}"
        " {params.run} --languages {params.languages} --aligned {input.aligned} --tests {input.tests}"
        " --threads {params.torch_threads} --scores {output.scores} --points {output.points} --log {log}"


rule alignment:
    input:
        expand(f"{RESULTS}/alignment/{{model}}.tsv", model=ALIGNMENT_MODELS),
    output:
        f"{RESULTS}/alignment.tsv",
    log:
        f"logs/{EXPERIMENT.name}/alignment.log",
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
