# Translated views of the source sentences, one job a language, shared by all variants and seeds that use them.
rule translated:
    input:
        sentences=corpus(EXPERIMENT.source, "train"),
        lexicon=f"{RESULTS}/lexicons/en-{{language}}.tsv",
    output:
        f"{RESULTS}/translated/{{recipe}}/{{language}}.parquet",
    log:
        f"logs/{EXPERIMENT.name}/translated/{{recipe}}-{{language}}.log",
    conda:
        "../../envs/mclner.yaml"
    params:
        program=program("translate"),
    message:
        "Translating the source sentences into {wildcards.language} (recipe {wildcards.recipe})"
    shell:
        "{params.program} --sentences {input.sentences} --language {wildcards.language}"
        " --lexicon {input.lexicon} --output {output} --log {log}"
