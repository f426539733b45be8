# Translated views of the source sentences, one job a language, shared by all variants and seeds that use them.
rule translated:
    input:
        sentences=corpus(EXPERIMENT.source, "train"),
        lexicon=f"{RESULTS}/lexicons/en-{{language}}.tsv",
    output:
        f"{RESULTS}/translated/{{recipe}}/{{language}}.parquet",
    log:
        f"logs/{EXPERIMENT.name}/translated/{{recipe}}-{{language}}.log",
    benchmark:
        f"{RESULTS}/timings/translated-{{recipe}}-{{language}}.tsv"
    wildcard_constraints:
        recipe=recipes_with("lexicon"),
    conda:
        "../../envs/mclner.yaml"
    params:
        program=program("translate"),
    message:
        "Translating the source sentences into {wildcards.language} (recipe {wildcards.recipe})"
    shell:
        "{params.program} --sentences {input.sentences} --language {wildcards.language}"
        " --lexicon {input.lexicon} --output {output} --log {log}"


rule parallel_text:
    input:
        encoder=ENCODER,
        folders=parallel_folders,
    output:
        expand(f"{RESULTS}/translated/{{{{recipe}}}}/{{language}}.parquet", language=EXPERIMENT.languages),
    log:
        f"logs/{EXPERIMENT.name}/translated/{{recipe}}.log",
    benchmark:
        f"{RESULTS}/timings/parallel-{{recipe}}.tsv"
    wildcard_constraints:
        recipe=recipes_with("parallel"),
    conda:
        "../../envs/mclner.yaml"
    params:
        folder=lambda wildcards, output: Path(output[0]).parent,
        source=EXPERIMENT.source,
        languages=EXPERIMENT.targets,
        most=lambda wildcards: config["translation"][wildcards.recipe]["most"],
        program=program("import_parallel"),
    message:
        "Taking the aligned text of {input.folders}"
    shell:
        "{params.program} --source {params.source} --languages {params.languages} --sources {input.folders}"
        " --most {params.most} --encoder {input.encoder} --folder {params.folder} --log {log}"
