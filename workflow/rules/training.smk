# Training of a variant with a seed, and pseudo-labels of a teacher for its students.
def teacher_model(wildcards):
    """Model folder of the variant that labels text for a self-training recipe."""
    teacher = config["self_training"][wildcards.recipe]["teacher"]
    return f"{RESULTS}/{teacher}/seed{wildcards.seed}/model"


rule pseudo_labels:
    input:
        teacher=teacher_model,
        unlabelled=corpora(EXPERIMENT.targets, "unlabelled"),
    output:
        f"{RESULTS}/pseudo_labels/{{recipe}}/seed{{seed}}.parquet",
    log:
        f"logs/{EXPERIMENT.name}/pseudo_labels/{{recipe}}-seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/timings/pseudo_labels-{{recipe}}-seed{{seed}}.tsv"
    conda:
        "../../envs/mclner.yaml"
    params:
        threshold=lambda wildcards: config["self_training"][wildcards.recipe]["threshold"],
        believed=lambda wildcards: config["self_training"][wildcards.recipe]["believed"],
        most=lambda wildcards: config["self_training"][wildcards.recipe]["most"],
        program=program("pseudolabel"),
        torch_threads=THREADS,
    threads: THREADS
    resources:
        gpu=1,
        mem_mb=megabytes(4000),
    message:
        "Labelling unlabelled target text (recipe {wildcards.recipe}, seed {wildcards.seed})"
    shell:
        "{params.program} --teacher {input.teacher} --unlabelled {input.unlabelled}"
        " --threshold {params.threshold} --believed {params.believed} --most {params.most}"
        " --threads {params.torch_threads} --output {output} --log {log}"


def training_inputs(wildcards):
    """The files that a variant learns from besides the source sentences, by option of train.py."""
    settings = EXPERIMENT.run_settings(wildcards.variant)
    files = {}
    if settings["views"]["codeswitched"]:
        files["codeswitched"] = (
            f"{RESULTS}/codeswitched/{settings['views']['codeswitched']}/seed{wildcards.seed}.parquet"
        )
    if settings["views"]["translated"]:
        files["translated"] = expand(
            f"{RESULTS}/translated/{settings['views']['translated']}/{{language}}.parquet",
            language=EXPERIMENT.targets,
        )
    if settings["self_training"]:
        recipe = settings["self_training"]
        files["pseudo_labels"] = f"{RESULTS}/pseudo_labels/{recipe}/seed{wildcards.seed}.parquet"
        if settings["training"]["start"] == "teacher":
            teacher = config["self_training"][recipe]["teacher"]
            files["teacher"] = f"{RESULTS}/{teacher}/seed{wildcards.seed}/model"
    return files


def training_options(wildcards, input):
    """The same files as options on the command line."""
    return " ".join(
        f"--{name.replace('_', '-')} {input[name]}" for name in sorted(training_inputs(wildcards))
    )


rule train:
    input:
        unpack(training_inputs),
        encoder=ENCODER,
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
    params:
        settings=lambda wildcards: json.dumps(
            EXPERIMENT.run_settings(wildcards.variant) | {"seed": int(wildcards.seed)}, sort_keys=True
        ),
        options=training_options,
        checkpoints=f"{RESULTS}/checkpoints/{{variant}}-seed{{seed}}",
        program=program("train"),
    threads: THREADS
    resources:
        gpu=1,
        mem_mb=megabytes(4000),
    message:
        "Training {wildcards.variant} with seed {wildcards.seed}"
    shell:
        "{params.program} --settings {params.settings:q} --encoder {input.encoder} --train {input.train}"
        " --dev {input.dev} {params.options} --checkpoints {params.checkpoints} --model {output.model}"
        " --history {output.history} --provenance {output.provenance} --log {log}"
