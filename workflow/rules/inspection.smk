# What a person looks at besides tables and figures: every error of every run, and the card of each model.
rule error_page:
    input:
        predictions=expand(f"{RUN}/predictions", variant=EXPERIMENT.compare, seed=EXPERIMENT.seeds),
        table=LANGUAGES,
    output:
        report(f"{RESULTS}/errors.html", category="Errors", caption="../report/error_page.rst"),
    log:
        f"{LOGS}/error_page.log",
    benchmark:
        f"{RESULTS}/timings/error_page.tsv"
    conda:
        "../../envs/mclner.yaml"
    params:
        results=lambda wildcards, output: Path(output[0]).parent,
        experiment=EXPERIMENT.name,
        variants=EXPERIMENT.compare,
        comparisons=EXPERIMENT.comparisons.to_json(),
        seeds=EXPERIMENT.seeds,
        languages=EXPERIMENT.languages,
        program=program("write_error_page"),
    message:
        "Writing the page of errors"
    shell:
        "{params.program} --results {params.results} --experiment {params.experiment} --variants {params.variants}"
        " --comparisons {params.comparisons:q} --seeds {params.seeds} --languages {params.languages}"
        " --table {input.table:q} --output {output} --log {log}"


# README.md in the model folder, where the hub reads it, is written as well: no output may lie inside another's.
rule model_card:
    input:
        model=f"{RUN}/model",
        provenance=f"{RUN}/provenance.json",
        metrics=f"{RUN}/metrics.tsv",
        counts=f"{RUN}/sentence_counts.parquet",
        table=LANGUAGES,
    output:
        f"{RUN}/model_card.md",
    log:
        f"{LOGS}/model_card/{{variant}}-seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/timings/model_card-{{variant}}-seed{{seed}}.tsv"
    conda:
        "../../envs/mclner.yaml"
    params:
        title=lambda wildcards: EXPERIMENT.comparisons.title_of(wildcards.variant),
        sources=lambda wildcards: json.dumps(PLAN.card_sources(wildcards.variant), sort_keys=True),
        resamples=config["bootstrap_resamples"],
        bootstrap_seed=config["bootstrap_seed"],
        parallel_tests="--parallel-tests" if PLAN.report.is_demo else "",
        program=program("write_model_card"),
    message:
        "Writing the card of {wildcards.variant} with seed {wildcards.seed}"
    shell:
        "{params.program} --model {input.model} --title {params.title:q} --provenance {input.provenance}"
        " --metrics {input.metrics} --counts {input.counts} --table {input.table:q} --sources {params.sources:q}"
        " --resamples {params.resamples} --bootstrap-seed {params.bootstrap_seed} {params.parallel_tests}"
        " --output {output} --log {log}"
