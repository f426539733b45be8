# Names for parts of the work: `snakemake <name>`.
rule data:
    input:
        PLACES.corpora(EXPERIMENT.languages, "test"),
        PLACES.corpora(EXPERIMENT.targets, "unlabelled"),
        [PLACES.corpus(EXPERIMENT.source, split) for split in ("train", "dev")],
        rules.merged_lexicons.output,
        PLAN.models.encoder,
    localrule: True


rule figures:
    input:
        expand(f"{RESULTS}/figures/{{figure}}.png", figure=FIGURES),
    localrule: True


rule tables:
    input:
        expand(f"{RESULTS}/tables/{{name}}.md", name=[*TABLES, *INPUT_TABLES]),
    localrule: True


rule main_table:
    input:
        f"{RESULTS}/tables/main.md",
    localrule: True


rule ablations:
    input:
        f"{RESULTS}/figures/ablation.png",
        f"{RESULTS}/tables/ablation.md",
    localrule: True
