# Code-switched views of the source sentences, one set per recipe and seed, shared by all variants that use it.
rule codeswitched:
    input:
        sentences=PLACES.corpus(EXPERIMENT.source, "train"),
        lexicons=rules.merged_lexicons.output.lexicons,
    output:
        PLAN.views.codeswitched("{recipe}", "{seed}"),
    log:
        f"{LOGS}/codeswitched/{{recipe}}-seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/timings/codeswitched-{{recipe}}-seed{{seed}}.tsv"
    conda:
        "../../envs/mclner.yaml"
    params:
        recipe=lambda wildcards: PLAN.views.codeswitching_options(wildcards.recipe),
        program=program("codeswitch"),
    message:
        "Code-switching the source sentences (recipe {wildcards.recipe}, seed {wildcards.seed})"
    shell:
        "{params.program} --sentences {input.sentences} --lexicons {input.lexicons} {params.recipe}"
        " --seed {wildcards.seed} --output {output} --log {log}"
