# Code-switched views of the source sentences, one set a recipe and seed, shared by all variants that use it.
rule codeswitched:
    input:
        sentences=corpus(EXPERIMENT.source, "train"),
        lexicons=rules.merged_lexicons.output.lexicons,
    output:
        f"{RESULTS}/codeswitched/{{recipe}}/seed{{seed}}.parquet",
    log:
        f"logs/{EXPERIMENT.name}/codeswitched/{{recipe}}-seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/timings/codeswitched-{{recipe}}-seed{{seed}}.tsv"
    conda:
        "../../envs/mclner.yaml"
    params:
        ratio=lambda wildcards: config["codeswitching"][wildcards.recipe]["ratio"],
        mixing=lambda wildcards: config["codeswitching"][wildcards.recipe]["mixing"],
        copies_per_sentence=lambda wildcards: config["codeswitching"][wildcards.recipe]["copies_per_sentence"],
        program=program("codeswitch"),
    message:
        "Code-switching the source sentences (recipe {wildcards.recipe}, seed {wildcards.seed})"
    shell:
        "{params.program} --sentences {input.sentences} --lexicons {input.lexicons} --ratio {params.ratio}"
        " --mixing {params.mixing} --copies-per-sentence {params.copies_per_sentence} --seed {wildcards.seed} --output {output} --log {log}"
