# Bilingual lexicons from English, in MUSE's file form, merged from several sources.
rule cldr_lexicons:
    input:
        table=ROOT / "config" / "languages.tsv",
    output:
        expand(f"{RESULTS}/lexicons/cldr/en-{{language}}.tsv", language=EXPERIMENT.targets),
    log:
        f"logs/{EXPERIMENT.name}/cldr_lexicons.log",
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
        table=ROOT / "config" / "languages.tsv",
    output:
        "resources/lexicons/{source}/en-{language}.tsv",
    log:
        "logs/lexicons/{source}-{language}.log",
    benchmark:
        f"{RESULTS}/timings/lexicon-{{source}}-{{language}}.tsv"
    wildcard_constraints:
        source=one_of(LEXICONS_BY_ADDRESS),
    conda:
        "../../envs/mclner.yaml"
    params:
        form=lambda wildcards: LEXICONS_BY_ADDRESS[wildcards.source]["form"],
        max_translations=lambda wildcards: LEXICONS_BY_ADDRESS[wildcards.source]["max_translations"],
        min_script_share=lambda wildcards: LEXICONS_BY_ADDRESS[wildcards.source]["min_script_share"],
        program=program("import_lexicon"),
    message:
        "Reading the lexicon of {wildcards.language} ({wildcards.source})"
    shell:
        "{params.program} --download {input.download} --form {params.form}"
        " --max-translations {params.max_translations} --min-script-share {params.min_script_share} --language {wildcards.language}"
        " --table {input.table:q} --output {output} --log {log}"


rule translated_vocabulary:
    input:
        sentences=corpus(EXPERIMENT.source, "train"),
        table=ROOT / "config" / "languages.tsv",
        model=lambda wildcards: f"resources/translators/{LEXICONS_BY_TRANSLATION[wildcards.source]['translator']}",
    output:
        f"{RESULTS}/lexicons/{{source}}/en-{{language}}.tsv",
    log:
        f"logs/{EXPERIMENT.name}/lexicons/{{source}}-{{language}}.log",
    benchmark:
        f"{RESULTS}/timings/lexicon-{{source}}-{{language}}.tsv"
    wildcard_constraints:
        source=one_of(LEXICONS_BY_TRANSLATION),
    conda:
        "../../envs/mclner.yaml"
    threads: THREADS
    resources:
        gpu=1,
        mem_mb=megabytes(config["megabytes_a_run"]),
    params:
        source=EXPERIMENT.source,
        most=lambda wildcards: LEXICONS_BY_TRANSLATION[wildcards.source]["words"],
        min_script_share=lambda wildcards: LEXICONS_BY_TRANSLATION[wildcards.source]["min_script_share"],
        program=program("translate_vocabulary"),
        translator_threads=THREADS,
    message:
        "Translating the vocabulary into {wildcards.language}"
    shell:
        "{params.program} --sentences {input.sentences} --source {params.source} --language {wildcards.language}"
        " --table {input.table:q} --model {input.model} --most {params.most}"
        " --min-script-share {params.min_script_share}"
        " --threads {params.translator_threads} --output {output} --log {log}"


rule merged_lexicons:
    input:
        files=lexicon_files(),
        sentences=corpus(EXPERIMENT.source, "train"),
    output:
        lexicons=expand(f"{RESULTS}/lexicons/en-{{language}}.tsv", language=EXPERIMENT.targets),
        counts=f"{RESULTS}/lexicons/counts.tsv",
    log:
        f"logs/{EXPERIMENT.name}/merged_lexicons.log",
    benchmark:
        f"{RESULTS}/timings/merged_lexicons.tsv"
    conda:
        "../../envs/mclner.yaml"
    params:
        languages=EXPERIMENT.targets,
        sources=[lexicon_folder(source) for source in config["lexicons"]],
        folder=lambda wildcards, output: Path(output.counts).parent,
        program=merging_program(),
    message:
        "Merging the lexicons"
    shell:
        "{params.program} --languages {params.languages} --sources {params.sources:q} --sentences {input.sentences}"
        " --folder {params.folder} --counts {output.counts} --log {log}"
