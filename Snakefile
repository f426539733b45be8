# The door: the workflow itself is in workflow/Snakefile, where `module`, snakedeploy and the workflow catalog look for it.
include: "workflow/Snakefile"


# Snakemake forgets the target of a file that is included.
workflow.default_target = "all"
