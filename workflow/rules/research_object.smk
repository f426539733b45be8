# What programs of others read of the experiment as a whole: the folder of results becomes an RO-Crate.
from snakemake import __version__ as snakemake_version


rule ro_crate:
    input:
        scores=expand(f"{RESULTS}/{{name}}.tsv", name=["metrics", "summary", "groups"]),
        figures=rules.figures.input,
        tables=rules.tables.input,
        errors=rules.error_page.output,
        cards=expand(rules.model_card.output, variant=EXPERIMENT.compare, seed=EXPERIMENT.seeds),
        provenance=PLACES.of_runs("provenance.json", PLAN.training.trained, EXPERIMENT.seeds),
    output:
        metadata=f"{RESULTS}/ro-crate-metadata.json",
        configuration=f"{RESULTS}/configuration.json",
        workflow=directory(f"{RESULTS}/workflow"),
    log:
        f"{LOGS}/ro_crate.log",
    benchmark:
        f"{RESULTS}/timings/ro_crate.tsv"
    localrule: True
    conda:
        "../../envs/mclner.yaml"
    params:
        settings=json.dumps({**config, "lexicons": list(PLAN.lexicons.names)}, sort_keys=True),
        timings=f"{RESULTS}/timings",
        workflow=PLACES.shipped("workflow"),
        snakemake=snakemake_version,
        program=program("write_run_crate"),
    message:
        "Describing the experiment as an RO-Crate"
    shell:
        "{params.program} --settings {params.settings:q} --workflow {params.workflow:q} --provenance {input.provenance}"
        " --files {input.scores} {input.figures} {input.tables} {input.errors} {input.cards}"
        " --timings {params.timings} --snakemake {params.snakemake} --workflow-copy {output.workflow}"
        " --configuration {output.configuration} --metadata {output.metadata} --log {log}"
