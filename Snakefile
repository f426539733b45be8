# The whole reproduction: corpora -> lexicons -> views -> training -> pseudo-labels -> evaluation -> report.
# config/README.md describes every key; README.md shows what to type.
from pathlib import Path

from snakemake.utils import min_version

min_version("9.27")


configfile: "config/config.yaml"


if config.get("based_on"):

    configfile: config["based_on"]


include: "workflow/rules/common.smk"
include: "workflow/rules/sources.smk"
include: "workflow/rules/fetching.smk"
include: "workflow/rules/corpora.smk"
include: "workflow/rules/lexicons.smk"
include: "workflow/rules/encoders.smk"
include: "workflow/rules/codeswitching.smk"
include: "workflow/rules/translation.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/evaluation.smk"
include: "workflow/rules/alignment.smk"
include: "workflow/rules/reporting.smk"
include: "workflow/rules/targets.smk"


rule all:
    default_target: True
    input:
        f"{RESULTS}/metrics.tsv",
        f"{RESULTS}/summary.tsv",
        rules.figures.input,
        rules.tables.input,


onsuccess:
    show_summary()
