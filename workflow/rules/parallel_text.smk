# Aligned text: fetched or of the user's own, brought into the pipeline, and labelled by a teacher and word alignment.
rule fetch_parallel_text:
    output:
        directory("resources/downloads/parallel/{source}/{language}"),
    log:
        "logs/fetch/parallel-{source}-{language}.log",
    benchmark:
        f"{RESULTS}/timings/fetch-parallel-{{source}}-{{language}}.tsv"
    wildcard_constraints:
        source=one_of(PLAN.views.parallel.sources),
    retries: 1
    localrule: True
    conda:
        "../../envs/mclner.yaml"
    params:
        url=lambda wildcards: PLAN.views.parallel.address(wildcards.source, wildcards.language),
        licence=lambda wildcards: PLAN.views.parallel.licence(wildcards.source),
        lock=config["lock_file"],
        policy=lock_policy,
        program=program("fetch_file", online=True),
    message:
        "Fetching {params.url}"
    shell:
        "{params.program} --url {params.url:q} --licence {params.licence:q}"
        " --name parallel/{wildcards.source}/{wildcards.language} --lock {params.lock:q}"
        " --policy {params.policy} --folder {output} --log {log}"


rule fetched_parallel_text:
    input:
        english=PLAN.views.parallel.download("{source}", EXPERIMENT.source),
        translation=PLAN.views.parallel.download("{source}", "{language}"),
    output:
        "resources/parallel/{source}/en-{language}.tsv",
    log:
        "logs/parallel/{source}-{language}.log",
    benchmark:
        f"{RESULTS}/timings/parallel-{{source}}-{{language}}.tsv"
    wildcard_constraints:
        source=one_of(PLAN.views.parallel.sources),
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
        encoder=PLAN.models.encoder,
        files=lambda wildcards: PLAN.views.parallel_files(wildcards.recipe),
    output:
        text=[PLAN.views.translated("{recipe}", language) for language in EXPERIMENT.languages],
        held_out=[PLAN.views.held_out("{recipe}", language) for language in EXPERIMENT.languages],
    log:
        f"{LOGS}/translated/{{recipe}}.log",
    benchmark:
        f"{RESULTS}/timings/parallel-{{recipe}}.tsv"
    wildcard_constraints:
        recipe=one_of(PLAN.views.recipes_with("parallel")),
    conda:
        "../../envs/mclner.yaml"
    params:
        folder=lambda wildcards, output: Path(output.text[0]).parent,
        source=EXPERIMENT.source,
        languages=EXPERIMENT.targets,
        check=check_first,
        recipe=lambda wildcards: PLAN.views.parallel_options(wildcards.recipe),
        program=program("import_parallel"),
    message:
        "Taking the aligned text of {params.languages}"
    shell:
        "{params.check}{params.program} --source {params.source} --languages {params.languages} {params.recipe}"
        " --encoder {input.encoder} --folder {params.folder} --log {log}"


# Aligned text has no labels; a teacher's labels of its English side are carried over by word alignment.
rule projected_labels:
    input:
        teachers=lambda wildcards: PLAN.training.teachers(
            PLAN.views.translation[wildcards.recipe], wildcards.labellers
        ),
        encoder=PLAN.models.encoder,
        source=lambda wildcards: PLAN.views.translated(
            PLAN.views.aligned(wildcards.recipe), EXPERIMENT.source
        ),
        translations=lambda wildcards: [
            PLAN.views.translated(PLAN.views.aligned(wildcards.recipe), language)
            for language in EXPERIMENT.targets
        ],
        lexicons=[PLAN.lexicons.merged(language) for language in EXPERIMENT.targets],
    output:
        sentences=[
            PLAN.views.projected("{recipe}", "{labellers}", language) for language in EXPERIMENT.targets
        ],
        counts=f"{RESULTS}/projected/{{recipe}}/{{labellers}}/counts.tsv",
    log:
        f"{LOGS}/projected/{{recipe}}-{{labellers}}.log",
    benchmark:
        f"{RESULTS}/timings/projected-{{recipe}}-{{labellers}}.tsv"
    wildcard_constraints:
        recipe=one_of(PLAN.views.recipes_with("projection")),
    conda:
        "../../envs/mclner.yaml"
    threads: THREADS
    resources:
        gpu=1,
        mem_mb=megabytes(config["memory_mb"]),
    params:
        recipe=lambda wildcards: PLAN.views.projection_options(wildcards.recipe),
        lexicons=lambda wildcards, input: Path(input.lexicons[0]).parent,
        folder=lambda wildcards, output: Path(output.counts).parent,
        torch_threads=THREADS,
        program=program("project_labels"),
    message:
        "Projecting labels onto aligned text ({wildcards.recipe}, {wildcards.labellers})"
    shell:
        "{params.program} --teachers {input.teachers} --encoder {input.encoder} --source {input.source}"
        " --translations {input.translations} --lexicons {params.lexicons} {params.recipe}"
        " --threads {params.torch_threads} --folder {params.folder} --counts {output.counts} --log {log}"
