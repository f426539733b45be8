# Names for parts of the work: `snakemake <name>`.
localrules:
    data,
    figures,
    tables,
    main_table,
    ablations,


rule data:
    input:
        corpora(EXPERIMENT.languages, "test"),
        corpora(EXPERIMENT.targets, "unlabelled"),
        [corpus(EXPERIMENT.source, split) for split in ("train", "dev")],
        rules.merged_lexicons.output,
        ENCODER,


rule figures:
    input:
        expand(f"{RESULTS}/figures/{{figure}}.png", figure=FIGURES),


rule tables:
    input:
        expand(f"{RESULTS}/tables/{{name}}.md", name=[*TABLES, *INPUT_TABLES]),


rule main_table:
    input:
        f"{RESULTS}/tables/main.md",


rule ablations:
    input:
        f"{RESULTS}/figures/ablation.png",
        f"{RESULTS}/tables/ablation.md",
