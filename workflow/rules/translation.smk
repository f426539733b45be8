# Translated views of the source sentences, one job a language, shared by all variants and seeds that use them.
rule translated:
    input:
        sentences=corpus(EXPERIMENT.source, "train"),
        lexicon=f"{RESULTS}/lexicons/en-{{language}}.tsv",
        table=ROOT / "config" / "languages.tsv",
        encoder=ENCODER,
    output:
        sentences=f"{RESULTS}/translated/{{recipe}}/{{language}}.parquet",
        counts=f"{RESULTS}/translated/{{recipe}}/{{language}}.tsv",
    log:
        f"logs/{EXPERIMENT.name}/translated/{{recipe}}-{{language}}.log",
    benchmark:
        f"{RESULTS}/timings/translated-{{recipe}}-{{language}}.tsv"
    wildcard_constraints:
        recipe=recipes_with("lexicon", "apertium"),
    conda:
        "../../envs/mclner.yaml"
    params:
        backend=lambda wildcards: config["translation"][wildcards.recipe]["backend"],
        guard=guard_option,
        pieces=f"{RESULTS}/checkpoints/translated-{{recipe}}-{{language}}",
        program=program("translate"),
    message:
        "Translating the source sentences into {wildcards.language} (recipe {wildcards.recipe})"
    shell:
        "{params.program} --backend {params.backend} --sentences {input.sentences} --language {wildcards.language}"
        " --table {input.table:q} --lexicon {input.lexicon} --encoder {input.encoder} {params.guard}"
        " --pieces {params.pieces} --counts {output.counts} --output {output.sentences} --log {log}"


rule converted_translator:
    input:
        "resources/downloads/translators/{translator}",
    output:
        directory("resources/translators/{translator}"),
    log:
        "logs/translators/{translator}.log",
    benchmark:
        f"{RESULTS}/timings/translator-{{translator}}.tsv"
    wildcard_constraints:
        translator=one_of(config["translators"]),
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
        sentences=corpus(EXPERIMENT.source, "train"),
        table=ROOT / "config" / "languages.tsv",
        encoder=ENCODER,
        model=lambda wildcards: f"resources/translators/{config['translation'][wildcards.recipe]['translator']}",
    output:
        sentences=f"{RESULTS}/translated/{{recipe}}/{{language}}.parquet",
        counts=f"{RESULTS}/translated/{{recipe}}/{{language}}.tsv",
    log:
        f"logs/{EXPERIMENT.name}/translated/{{recipe}}-{{language}}.log",
    benchmark:
        f"{RESULTS}/timings/translated-{{recipe}}-{{language}}.tsv"
    wildcard_constraints:
        recipe=recipes_with("nllb"),
    conda:
        "../../envs/mclner.yaml"
    threads: THREADS
    resources:
        gpu=1,
        mem_mb=megabytes(config["memory_mb"]),
    params:
        source=EXPERIMENT.source,
        beams=lambda wildcards: config["translation"][wildcards.recipe].get("beams", 1),
        guard=guard_option,
        pieces=f"{RESULTS}/checkpoints/translated-{{recipe}}-{{language}}",
        program=program("translate"),
        translator_threads=THREADS,
    message:
        "Translating the source sentences into {wildcards.language} (recipe {wildcards.recipe})"
    shell:
        "{params.program} --backend nllb --sentences {input.sentences} --source {params.source}"
        " --language {wildcards.language} --table {input.table:q} --model {input.model} --encoder {input.encoder}"
        " --beams {params.beams} --threads {params.translator_threads} {params.guard} --pieces {params.pieces}"
        " --counts {output.counts} --output {output.sentences} --log {log}"


rule parallel_text:
    input:
        encoder=ENCODER,
        files=lambda wildcards: parallel_files(wildcards.recipe),
    output:
        text=expand(
            f"{RESULTS}/translated/{{{{recipe}}}}/{{language}}.parquet", language=EXPERIMENT.languages
        ),
        held_out=expand(
            f"{RESULTS}/translated/{{{{recipe}}}}/held_out/{{language}}.parquet",
            language=EXPERIMENT.languages,
        ),
    log:
        f"logs/{EXPERIMENT.name}/translated/{{recipe}}.log",
    benchmark:
        f"{RESULTS}/timings/parallel-{{recipe}}.tsv"
    wildcard_constraints:
        recipe=recipes_with("parallel"),
    conda:
        "../../envs/mclner.yaml"
    params:
        folder=lambda wildcards, output: Path(output.text[0]).parent,
        source=EXPERIMENT.source,
        languages=EXPERIMENT.targets,
        sources=lambda wildcards: parallel_folders(wildcards.recipe),
        max_sentences=lambda wildcards: config["translation"][wildcards.recipe]["max_sentences"],
        held_out_sentences=lambda wildcards: config["translation"][wildcards.recipe].get(
            "held_out_sentences", 0
        ),
        program=program("import_parallel"),
    message:
        "Taking the aligned text of {params.languages}"
    shell:
        "{params.program} --source {params.source} --languages {params.languages} --sources {params.sources:q}"
        " --max-sentences {params.max_sentences} --held-out-sentences {params.held_out_sentences} --encoder {input.encoder} --folder {params.folder} --log {log}"
