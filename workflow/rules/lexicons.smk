# Bilingual lexicons from English, in MUSE's file form, merged from several sources.
rule cldr_lexicons:
    input:
        table=ROOT / "config" / "languages.tsv",
    output:
        expand("resources/lexicons/cldr/en-{language}.tsv", language=EXPERIMENT.targets),
    log:
        "logs/cldr_lexicons.log",
    benchmark:
        f"{RESULTS}/timings/cldr_lexicons.tsv"
    conda:
        "../../envs/mclner.yaml"
    params:
        languages=EXPERIMENT.targets,
        program=program("build_cldr_lexicons"),
    message:
        "Taking names of places, languages, currencies, months and days from CLDR"
    shell:
        "{params.program} --table {input.table} --languages {params.languages}"
        " --folder resources/lexicons/cldr --log {log}"


rule merged_lexicons:
    input:
        lexicon_files(),
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
        program=program("merge_lexicons"),
    message:
        "Merging the lexicons"
    shell:
        "{params.program} --languages {params.languages} --sources {params.sources}"
        " --folder {params.folder} --counts {output.counts} --log {log}"
