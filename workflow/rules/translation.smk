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
        mem_mb=megabytes(config["megabytes_a_run"]),
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


rule fetched_parallel_text:
    input:
        english=f"resources/downloads/parallel/{{source}}/{EXPERIMENT.source}",
        translation="resources/downloads/parallel/{source}/{language}",
    output:
        "resources/parallel/{source}/en-{language}.tsv",
    log:
        "logs/parallel/{source}-{language}.log",
    benchmark:
        f"{RESULTS}/timings/parallel-{{source}}-{{language}}.tsv"
    wildcard_constraints:
        source=one_of(config["parallel_sources"]),
    conda:
        "../../envs/mclner.yaml"
    params:
        program=program("import_aligned_lines"),
    message:
        "Pairing the lines of English and {wildcards.language} ({wildcards.source})"
    shell:
        "{params.program} --english {input.english} --translation {input.translation} --output {output} --log {log}"


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
        most=lambda wildcards: config["translation"][wildcards.recipe]["most"],
        held_out=lambda wildcards: config["translation"][wildcards.recipe].get("held_out", 0),
        program=program("import_parallel"),
    message:
        "Taking the aligned text of {params.languages}"
    shell:
        "{params.program} --source {params.source} --languages {params.languages} --sources {params.sources:q}"
        " --most {params.most} --held-out {params.held_out} --encoder {input.encoder} --folder {params.folder} --log {log}"


# Aligned text has no labels; a teacher's labels of its English side are carried over by word alignment.
rule projected_labels:
    input:
        teachers=teacher_models(config["translation"]),
        encoder=ENCODER,
        source=lambda wildcards: translated_inputs(wildcards.recipe, 0)["translated_source"],
        translations=lambda wildcards: translated_inputs(aligned_recipe(wildcards.recipe), 0)["translated"],
        lexicons=expand(f"{RESULTS}/lexicons/en-{{language}}.tsv", language=EXPERIMENT.targets),
    output:
        sentences=expand(
            f"{RESULTS}/projected/{{{{recipe}}}}/{{{{labellers}}}}/{{language}}.parquet",
            language=EXPERIMENT.targets,
        ),
        counts=f"{RESULTS}/projected/{{recipe}}/{{labellers}}/counts.tsv",
    log:
        f"logs/{EXPERIMENT.name}/projected/{{recipe}}-{{labellers}}.log",
    benchmark:
        f"{RESULTS}/timings/projected-{{recipe}}-{{labellers}}.tsv"
    wildcard_constraints:
        recipe=recipes_with("projection"),
    conda:
        "../../envs/mclner.yaml"
    threads: THREADS
    resources:
        gpu=1,
        mem_mb=megabytes(config["megabytes_a_run"]),
    params:
        recipe=lambda wildcards: config["translation"][wildcards.recipe],
        lexicons=lambda wildcards, input: Path(input.lexicons[0]).parent,
        folder=lambda wildcards, output: Path(output.counts).parent,
        torch_threads=THREADS,
        program=program("project_labels"),
    message:
        "Projecting the labels of {params.recipe[teacher]} onto aligned text ({wildcards.recipe}, {wildcards.labellers})"
    shell:
        "{params.program} --teachers {input.teachers} --encoder {input.encoder} --source {input.source}"
        " --translations {input.translations} --lexicons {params.lexicons} --layer {params.recipe[layer]}"
        " --lexicon-bonus {params.recipe[lexicon_bonus]} --min-aligned-share {params.recipe[min_aligned_share]}"
        " --max-with-entities {params.recipe[max_with_entities]}"
        " --max-without-entities {params.recipe[max_without_entities]} --threads {params.torch_threads}"
        " --folder {params.folder} --counts {output.counts} --log {log}"
