# Training of a variant with a seed, and pseudo-labels of its teacher, or of teachers that vote.
rule pseudo_labels:
    input:
        teachers=lambda wildcards: PLAN.training.teachers(
            PLAN.training.self_training[wildcards.recipe], wildcards.labellers
        ),
        unlabelled=PLACES.corpora(EXPERIMENT.targets, "unlabelled"),
    output:
        f"{RESULTS}/pseudo_labels/{{recipe}}/{{labellers}}.parquet",
    log:
        f"{LOGS}/pseudo_labels/{{recipe}}-{{labellers}}.log",
    benchmark:
        f"{RESULTS}/timings/pseudo_labels-{{recipe}}-{{labellers}}.tsv"
    conda:
        "../../envs/mclner.yaml"
    threads: THREADS
    resources:
        gpu=1,
        mem_mb=megabytes(config["memory_mb"]),
    params:
        recipe=lambda wildcards: PLAN.training.pseudo_label_options(wildcards.recipe),
        program=program("pseudolabel"),
        torch_threads=THREADS,
    message:
        "Labelling unlabelled target text (recipe {wildcards.recipe}, {wildcards.labellers})"
    shell:
        "{params.program} --teachers {input.teachers} --unlabelled {input.unlabelled} {params.recipe}"
        " --threads {params.torch_threads} --output {output} --log {log}"


rule train:
    input:
        unpack(lambda wildcards: PLAN.training.inputs(wildcards.variant, wildcards.seed)),
        encoder=lambda wildcards: PLAN.models.encoder_of(wildcards.variant),
        train=PLACES.corpus(EXPERIMENT.source, "train"),
        dev=PLACES.corpus(EXPERIMENT.source, "dev"),
    output:
        model=directory(f"{RUN}/model"),
        history=f"{RUN}/history.tsv",
        provenance=f"{RUN}/provenance.json",
    log:
        f"{LOGS}/train/{{variant}}-seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/timings/train-{{variant}}-seed{{seed}}.tsv"
    conda:
        "../../envs/mclner.yaml"
    threads: lambda wildcards: THREADS * PLAN.training.gpus(wildcards.variant)
    resources:
        gpu=lambda wildcards: PLAN.training.gpus(wildcards.variant),
        nodes=1,
        mem_mb=lambda wildcards, attempt: (
            config["memory_mb"] * PLAN.training.gpus(wildcards.variant) * attempt
        ),
    params:
        settings=lambda wildcards: json.dumps(
            PLAN.training.settings(wildcards.variant, wildcards.seed), sort_keys=True
        ),
        learnt_from=lambda wildcards, input: given(
            input, PLAN.training.inputs(wildcards.variant, wildcards.seed)
        ),
        checkpoints=f"{RESULTS}/checkpoints/{{variant}}-seed{{seed}}",
        program=lambda wildcards: program("train", PLAN.training.launcher(wildcards.variant)),
    message:
        "Training {wildcards.variant} with seed {wildcards.seed}"
    shell:
        "{params.program} --settings {params.settings:q} --encoder {input.encoder} --train {input.train}"
        " --dev {input.dev} {params.learnt_from} --checkpoints {params.checkpoints} --model {output.model}"
        " --history {output.history} --provenance {output.provenance} --log {log}"
