# Bilingual lexicons from English, in MUSE's file form, merged from several sources.
rule cldr_lexicons:
    input:
        table=LANGUAGES,
    output:
        expand(f"{RESULTS}/lexicons/cldr/en-{{language}}.tsv", language=EXPERIMENT.targets),
    log:
        f"{LOGS}/cldr_lexicons.log",
    benchmark:
        f"{RESULTS}/timings/cldr_lexicons.tsv"
    conda:
        "../../envs/mclner.yaml"
    params:
        languages=EXPERIMENT.targets,
        folder=lambda wildcards, output: Path(output[0]).parent,
        program=program("build_cldr_lexicons"),
    message:
        "Taking names of places, languages, currencies, months and days from CLDR"
    shell:
        "{params.program} --table {input.table:q} --languages {params.languages}"
        " --folder {params.folder} --log {log}"


rule fetched_lexicon:
    input:
        download="resources/downloads/lexicons/{source}/{language}",
        table=LANGUAGES,
    output:
        "resources/lexicons/{source}/en-{language}.tsv",
    log:
        "logs/lexicons/{source}-{language}.log",
    benchmark:
        f"{RESULTS}/timings/lexicon-{{source}}-{{language}}.tsv"
    wildcard_constraints:
        source=one_of(PLAN.lexicons.by_address),
    conda:
        "../../envs/mclner.yaml"
    params:
        format=lookup(dpath="lexicon_sources/{source}/format", within=config),
        max_translations=lookup(dpath="lexicon_sources/{source}/max_translations", within=config),
        min_script_share=lookup(dpath="lexicon_sources/{source}/min_script_share", within=config),
        program=program("import_lexicon"),
    message:
        "Reading the lexicon of {wildcards.language} ({wildcards.source})"
    shell:
        "{params.program} --download {input.download} --format {params.format}"
        " --max-translations {params.max_translations} --min-script-share {params.min_script_share} --language {wildcards.language}"
        " --table {input.table:q} --output {output} --log {log}"


rule translated_vocabulary:
    input:
        sentences=PLACES.corpus(EXPERIMENT.source, "train"),
        table=LANGUAGES,
        model=lambda wildcards: PLAN.lexicons.translator(wildcards.source),
    output:
        f"{RESULTS}/lexicons/{{source}}/en-{{language}}.tsv",
    log:
        f"{LOGS}/lexicons/{{source}}-{{language}}.log",
    benchmark:
        f"{RESULTS}/timings/lexicon-{{source}}-{{language}}.tsv"
    wildcard_constraints:
        source=one_of(PLAN.lexicons.by_translation),
    conda:
        "../../envs/mclner.yaml"
    threads: THREADS
    resources:
        gpu=1,
        mem_mb=megabytes(config["memory_mb"]),
    params:
        source=EXPERIMENT.source,
        max_words=lookup(dpath="lexicon_sources/{source}/max_words", within=config),
        min_script_share=lookup(dpath="lexicon_sources/{source}/min_script_share", within=config),
        program=program("translate_vocabulary"),
        translator_threads=THREADS,
    message:
        "Translating the vocabulary into {wildcards.language}"
    shell:
        "{params.program} --sentences {input.sentences} --source {params.source} --language {wildcards.language}"
        " --table {input.table:q} --model {input.model} --max-words {params.max_words}"
        " --min-script-share {params.min_script_share}"
        " --threads {params.translator_threads} --output {output} --log {log}"


rule merged_lexicons:
    input:
        files=PLAN.lexicons.files,
        sentences=PLACES.corpus(EXPERIMENT.source, "train"),
    output:
        lexicons=expand(f"{RESULTS}/lexicons/en-{{language}}.tsv", language=EXPERIMENT.targets),
        counts=f"{RESULTS}/lexicons/counts.tsv",
    log:
        f"{LOGS}/merged_lexicons.log",
    benchmark:
        f"{RESULTS}/timings/merged_lexicons.tsv"
    conda:
        "../../envs/mclner.yaml"
    params:
        languages=EXPERIMENT.targets,
        sources=PLAN.lexicons.folders,
        check=check_first,
        order=options(order=PLAN.lexicons.orders),
        folder=lambda wildcards, output: Path(output.counts).parent,
        program=program("merge_lexicons"),
    message:
        "Merging the lexicons"
    shell:
        "{params.check}{params.program} --languages {params.languages} --sources {params.sources:q} {params.order}"
        " --sentences {input.sentences} --folder {params.folder} --counts {output.counts} --log {log}"
