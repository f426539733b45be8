# Figures and tables of the experiment, each from its own files alone: mclner/plan/report.py names them.
FIGURES, TABLES = PLAN.report.figures, PLAN.report.tables
INPUT_TABLES = PLAN.report.input_tables(PLAN.sources, PLAN.readings, rules.merged_lexicons.output.counts)


rule figure:
    input:
        unpack(lambda wildcards: FIGURES[wildcards.figure].files),
    output:
        png=report(
            f"{RESULTS}/figures/{{figure}}.png",
            category="Figures",
            labels={"figure": "{figure}"},
            caption="../report/figure.rst",
        ),
        pdf=f"{RESULTS}/figures/{{figure}}.pdf",
    log:
        f"{LOGS}/figures/{{figure}}.log",
    benchmark:
        f"{RESULTS}/timings/figure-{{figure}}.tsv"
    wildcard_constraints:
        figure="|".join(FIGURES),
    conda:
        "../../envs/mclner.yaml"
    params:
        files=lambda wildcards, input: given(input, FIGURES[wildcards.figure].files),
        options=lambda wildcards: options(**FIGURES[wildcards.figure].options),
        comparisons=EXPERIMENT.comparisons.to_json(),
        program=program("plot"),
    message:
        "Drawing {wildcards.figure}"
    shell:
        "{params.program} --log {log} {wildcards.figure} {params.files} {params.options}"
        " --comparisons {params.comparisons:q} --output {output.png}"


rule table:
    input:
        unpack(lambda wildcards: TABLES[wildcards.name].files),
    output:
        html=report(
            f"{RESULTS}/tables/{{name}}.html",
            category="Tables",
            labels={"table": "{name}"},
            caption="../report/table.rst",
        ),
        markdown=f"{RESULTS}/tables/{{name}}.md",
        latex=f"{RESULTS}/tables/{{name}}.tex",
    log:
        f"{LOGS}/tables/{{name}}.log",
    benchmark:
        f"{RESULTS}/timings/table-{{name}}.tsv"
    wildcard_constraints:
        name="|".join(TABLES),
    conda:
        "../../envs/mclner.yaml"
    params:
        experiment=EXPERIMENT.name,
        files=lambda wildcards, input: given(input, TABLES[wildcards.name].files),
        options=lambda wildcards: options(**TABLES[wildcards.name].options),
        comparisons=EXPERIMENT.comparisons.to_json(),
        program=program("write_table"),
    message:
        "Writing the {wildcards.name} table"
    shell:
        "{params.program} --log {log} {wildcards.name} {params.files} {params.options}"
        " --comparisons {params.comparisons:q} --experiment {params.experiment} --output {output.markdown}"


rule input_table:
    input:
        lambda wildcards: INPUT_TABLES[wildcards.name],
    output:
        html=report(
            f"{RESULTS}/tables/{{name}}.html",
            category="Inputs",
            labels={"table": "{name}"},
            caption="../report/input_table.rst",
        ),
        markdown=f"{RESULTS}/tables/{{name}}.md",
        latex=f"{RESULTS}/tables/{{name}}.tex",
    log:
        f"{LOGS}/tables/{{name}}.log",
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
