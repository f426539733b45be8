# Figures and tables of the experiment, and what is said at the end.
MAIN_VARIANTS = list(
    dict.fromkeys(
        variant
        for variant in (config["baseline"], "relation", config["method"])
        if variant in EXPERIMENT.compare
    )
)
LEARNING_CURVE = ["learning_curve"] if EXPERIMENT.comparisons.curves else []
FIGURES = {
    "f1_by_language": [config["baseline"], config["method"]],
    "ablation": EXPERIMENT.compare,
    "training_curves": EXPERIMENT.compare,
    "heat_map": EXPERIMENT.compare,
    "error_kinds": EXPERIMENT.compare,
    "pair_projection": [config["baseline"], config["method"]],
    **({"sentence_projection": [config["baseline"], config["method"]]} if ALIGNED else {}),
    **dict.fromkeys(LEARNING_CURVE, EXPERIMENT.compare),
}
TABLES = {
    "main": MAIN_VARIANTS,
    **dict.fromkeys(["ablation", "breakdown", "errors", "alignment", "published"], EXPERIMENT.compare),
    **dict.fromkeys(LEARNING_CURVE, EXPERIMENT.compare),
}
INPUT_TABLES = {
    name: files
    for name, files in {
        "sources": [rules.lock.output[0]] if fetched() else [],
        "lexicons": [rules.merged_lexicons.output.counts],
        "translations": counted_translations(),
    }.items()
    if files
}


rule figure:
    input:
        histories=expand(f"{RUN}/history.tsv", variant=EXPERIMENT.compare, seed=EXPERIMENT.seeds),
        summary=rules.summary.output.summary,
        errors=rules.error_kinds.output,
        alignment=rules.alignment.output,
        points=expand(f"{RESULTS}/alignment/{{model}}.parquet", model=ALIGNMENT_MODELS),
        table=ROOT / "config" / "languages.tsv",
    output:
        png=report(
            f"{RESULTS}/figures/{{figure}}.png",
            category="Figures",
            labels={"figure": "{figure}"},
            caption="../report/figure.rst",
        ),
        pdf=f"{RESULTS}/figures/{{figure}}.pdf",
    log:
        f"logs/{EXPERIMENT.name}/figures/{{figure}}.log",
    benchmark:
        f"{RESULTS}/timings/figure-{{figure}}.tsv"
    wildcard_constraints:
        figure="|".join(FIGURES),
    conda:
        "../../envs/mclner.yaml"
    params:
        results=lambda wildcards, output: Path(output.png).parents[1],
        languages=EXPERIMENT.languages,
        variants=lambda wildcards: FIGURES[wildcards.figure],
        comparisons=EXPERIMENT.comparisons.to_json(),
        seeds=EXPERIMENT.seeds,
        source=EXPERIMENT.source,
        method=config["method"],
        baseline=config["baseline"],
        program=program("plot"),
    message:
        "Drawing {wildcards.figure}"
    shell:
        "{params.program} {wildcards.figure} --results {params.results} --summary {input.summary}"
        " --table {input.table:q} --errors {input.errors} --alignment {input.alignment} --source {params.source}"
        " --languages {params.languages} --variants {params.variants} --comparisons {params.comparisons:q} --seeds {params.seeds} --method {params.method} --baseline {params.baseline}"
        " --output {output.png} --log {log}"


rule table:
    input:
        summary=rules.summary.output.summary,
        groups=rules.summary.output.groups,
        errors=rules.error_kinds.output,
        table=ROOT / "config" / "languages.tsv",
        alignment=rules.alignment.output,
        published=ROOT / "config" / "published.tsv",
    output:
        markdown=report(
            f"{RESULTS}/tables/{{name}}.md",
            category="Tables",
            labels={"table": "{name}"},
            caption="../report/table.rst",
        ),
        latex=f"{RESULTS}/tables/{{name}}.tex",
    log:
        f"logs/{EXPERIMENT.name}/tables/{{name}}.log",
    benchmark:
        f"{RESULTS}/timings/table-{{name}}.tsv"
    wildcard_constraints:
        name="|".join(TABLES),
    conda:
        "../../envs/mclner.yaml"
    params:
        experiment=EXPERIMENT.name,
        data=(
            shlex.join(["--data", config["corpus"]["published_as"]])
            if "published_as" in config["corpus"]
            else ""
        ),
        source=EXPERIMENT.source,
        languages=EXPERIMENT.languages,
        variants=lambda wildcards: TABLES[wildcards.name],
        comparisons=EXPERIMENT.comparisons.to_json(),
        method=config["method"],
        baseline=config["baseline"],
        program=program("write_table"),
    message:
        "Writing the {wildcards.name} table"
    shell:
        "{params.program} {wildcards.name} --summary {input.summary} --groups {input.groups} --errors {input.errors} --table {input.table:q}"
        " --languages {params.languages} --experiment {params.experiment} --source {params.source}"
        " --variants {params.variants} --comparisons {params.comparisons:q} --method {params.method} --baseline {params.baseline}"
        " --alignment {input.alignment} --published {input.published:q} {params.data} --output {output.markdown} --log {log}"


rule input_table:
    input:
        lambda wildcards: INPUT_TABLES[wildcards.name],
    output:
        markdown=report(
            f"{RESULTS}/tables/{{name}}.md",
            category="Inputs",
            labels={"table": "{name}"},
            caption="../report/input_table.rst",
        ),
        latex=f"{RESULTS}/tables/{{name}}.tex",
    log:
        f"logs/{EXPERIMENT.name}/tables/{{name}}.log",
    benchmark:
        f"{RESULTS}/timings/table-{{name}}.tsv"
    wildcard_constraints:
        name=one_of(INPUT_TABLES),
    conda:
        "../../envs/mclner.yaml"
    params:
        experiment=EXPERIMENT.name,
        program=program("write_input_table"),
    message:
        "Writing the table of {wildcards.name}"
    shell:
        "{params.program} {wildcards.name} --inputs {input} --experiment {params.experiment}"
        " --output {output.markdown} --log {log}"
