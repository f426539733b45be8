# Training of a variant with a seed, and pseudo-labels of its teacher, or of teachers that vote.
rule pseudo_labels:
    input:
        teachers=teacher_models(config["self_training"]),
        unlabelled=corpora(EXPERIMENT.targets, "unlabelled"),
    output:
        f"{RESULTS}/pseudo_labels/{{recipe}}/{{labellers}}.parquet",
    log:
        f"logs/{EXPERIMENT.name}/pseudo_labels/{{recipe}}-{{labellers}}.log",
    benchmark:
        f"{RESULTS}/timings/pseudo_labels-{{recipe}}-{{labellers}}.tsv"
    conda:
        "../../envs/mclner.yaml"
    threads: THREADS
    resources:
        gpu=1,
        mem_mb=megabytes(config["megabytes_a_run"]),
    params:
        entity_threshold=lambda wildcards: config["self_training"][wildcards.recipe]["entity_threshold"],
        outside_threshold=lambda wildcards: config["self_training"][wildcards.recipe]["outside_threshold"],
        believed=lambda wildcards: config["self_training"][wildcards.recipe]["believed"],
        without_entities=lambda wildcards: config["self_training"][wildcards.recipe]["without_entities"],
        most=lambda wildcards: config["self_training"][wildcards.recipe]["most"],
        program=program("pseudolabel"),
        torch_threads=THREADS,
    message:
        "Labelling unlabelled target text (recipe {wildcards.recipe}, {wildcards.labellers})"
    shell:
        "{params.program} --teachers {input.teachers} --unlabelled {input.unlabelled}"
        " --entity-threshold {params.entity_threshold} --outside-threshold {params.outside_threshold}"
        " --believed {params.believed} --without-entities {params.without_entities} --most {params.most}"
        " --threads {params.torch_threads} --output {output} --log {log}"


rule train:
    input:
        unpack(training_inputs),
        encoder=encoder_folder,
        train=corpus(EXPERIMENT.source, "train"),
        dev=corpus(EXPERIMENT.source, "dev"),
    output:
        model=directory(f"{RUN}/model"),
        history=f"{RUN}/history.tsv",
        provenance=f"{RUN}/provenance.json",
    log:
        f"logs/{EXPERIMENT.name}/train/{{variant}}-seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/timings/train-{{variant}}-seed{{seed}}.tsv"
    conda:
        "../../envs/mclner.yaml"
    threads: lambda wildcards: THREADS * gpus(wildcards)
    resources:
        gpu=gpus,
        nodes=1,
        mem_mb=lambda wildcards, attempt: config["megabytes_a_run"] * gpus(wildcards) * attempt,
    params:
        settings=lambda wildcards: json.dumps(
            EXPERIMENT.run_settings(wildcards.variant) | {"seed": int(wildcards.seed)}, sort_keys=True
        ),
        options=training_options,
        checkpoints=f"{RESULTS}/checkpoints/{{variant}}-seed{{seed}}",
        program=training_program,
    message:
        "Training {wildcards.variant} with seed {wildcards.seed}"
    shell:
        "{params.program} --settings {params.settings:q} --encoder {input.encoder} --train {input.train}"
        " --dev {input.dev} {params.options} --checkpoints {params.checkpoints} --model {output.model}"
        " --history {output.history} --provenance {output.provenance} --log {log}"
