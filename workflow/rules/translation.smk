# Translated views of the source sentences, one job per language, shared by all variants and seeds that use them.
rule translated:
    input:
        unpack(lambda wildcards: PLAN.translation_inputs(wildcards.recipe, wildcards.language)),
        sentences=PLACES.corpus(EXPERIMENT.source, "train"),
        table=LANGUAGES,
    output:
        sentences=PLAN.views.translated("{recipe}", "{language}"),
        counts=f"{RESULTS}/translated/{{recipe}}/{{language}}.tsv",
    log:
        f"{LOGS}/translated/{{recipe}}-{{language}}.log",
    benchmark:
        f"{RESULTS}/timings/translated-{{recipe}}-{{language}}.tsv"
    wildcard_constraints:
        recipe=one_of(PLAN.views.recipes_with("lexicon", "apertium")),
    conda:
        "../../envs/mclner.yaml"
    params:
        recipe=lambda wildcards: PLAN.views.translation_options(wildcards.recipe),
        files=lambda wildcards, input: given(
            input, PLAN.translation_inputs(wildcards.recipe, wildcards.language)
        ),
        pieces=f"{RESULTS}/checkpoints/translated-{{recipe}}-{{language}}",
        program=program("translate"),
    message:
        "Translating the source sentences into {wildcards.language} (recipe {wildcards.recipe})"
    shell:
        "{params.program} {params.recipe} --sentences {input.sentences} --language {wildcards.language}"
        " --table {input.table:q} {params.files} --pieces {params.pieces} --counts {output.counts}"
        " --output {output.sentences} --log {log}"


rule converted_translator:
    input:
        "resources/downloads/translators/{translator}",
    output:
        directory(PLACES.translator("{translator}")),
    log:
        "logs/translators/{translator}.log",
    benchmark:
        f"{RESULTS}/timings/translator-{{translator}}.tsv"
    wildcard_constraints:
        translator=one_of(PLAN.models.translators),
    conda:
        "../../envs/mclner.yaml"
    resources:
        mem_mb=megabytes(8000),
    params:
        program=program("convert_translator"),
    message:
        "Converting {wildcards.translator} for CTranslate2"
    shell:
        "{params.program} --download {input} --folder {output} --log {log}"


rule translated_by_model:
    input:
        sentences=PLACES.corpus(EXPERIMENT.source, "train"),
        table=LANGUAGES,
        encoder=PLAN.models.encoder,
        model=lambda wildcards: PLAN.views.translator(wildcards.recipe),
    output:
        sentences=PLAN.views.translated("{recipe}", "{language}"),
        counts=f"{RESULTS}/translated/{{recipe}}/{{language}}.tsv",
    log:
        f"{LOGS}/translated/{{recipe}}-{{language}}.log",
    benchmark:
        f"{RESULTS}/timings/translated-{{recipe}}-{{language}}.tsv"
    wildcard_constraints:
        recipe=one_of(PLAN.views.recipes_with("nllb")),
    conda:
        "../../envs/mclner.yaml"
    threads: THREADS
    resources:
        gpu=1,
        mem_mb=megabytes(config["memory_mb"]),
    params:
        source=EXPERIMENT.source,
        recipe=lambda wildcards: PLAN.views.translation_options(wildcards.recipe),
        pieces=f"{RESULTS}/checkpoints/translated-{{recipe}}-{{language}}",
        program=program("translate"),
        translator_threads=THREADS,
    message:
        "Translating the source sentences into {wildcards.language} (recipe {wildcards.recipe})"
    shell:
        "{params.program} {params.recipe} --sentences {input.sentences} --source {params.source}"
        " --language {wildcards.language} --table {input.table:q} --model {input.model} --encoder {input.encoder}"
        " --threads {params.translator_threads} --pieces {params.pieces} --counts {output.counts}"
        " --output {output.sentences} --log {log}"
