# All that needs a network: data sets and models of the Hugging Face hub, and lexicons by their address. Local rules, so that
# on a cluster they run on the login node; every other rule works offline.
localrules:
    fetch_corpus,
    fetch_model,
    fetch_lexicon,
    fetch_parallel_text,
    lock,
    bundle,


rule fetch_corpus:
    output:
        directory(f"resources/downloads/corpora/{config['corpus']['name']}/{{language}}"),
    log:
        f"logs/fetch/corpora-{config['corpus']['name']}-{{language}}.log",
    benchmark:
        f"{RESULTS}/timings/fetch-corpus-{{language}}.tsv"
    retries: 1
    conda:
        "../../envs/mclner.yaml"
    params:
        sources=lambda wildcards: json.dumps(hub_sources(wildcards.language), sort_keys=True),
        name=f"corpora/{config['corpus']['name']}",
        lock=LOCK,
        program=program("fetch_corpus"),
    message:
        "Fetching the sentences of {wildcards.language}"
    shell:
        "HF_HUB_OFFLINE=0 {params.program} --sources {params.sources:q} --language {wildcards.language}"
        " --name {params.name}/{wildcards.language} --lock {params.lock:q} --folder {output} --log {log}"


rule fetch_model:
    output:
        directory("resources/downloads/{group}/{model}"),
    log:
        "logs/fetch/{group}-{model}.log",
    benchmark:
        f"{RESULTS}/timings/fetch-{{group}}-{{model}}.tsv"
    wildcard_constraints:
        group="encoders|translators",
        model=r"[A-Za-z0-9][A-Za-z0-9._-]*",
    retries: 1
    conda:
        "../../envs/mclner.yaml"
    params:
        repository=lambda wildcards: model_to_fetch(wildcards)["repository"],
        options=model_options,
        lock=LOCK,
        program=program("fetch_model"),
    message:
        "Fetching {params.repository}"
    shell:
        "HF_HUB_OFFLINE=0 {params.program} --repository {params.repository} {params.options}"
        " --name {wildcards.group}/{wildcards.model} --lock {params.lock:q} --folder {output} --log {log}"


rule fetch_lexicon:
    output:
        directory("resources/downloads/lexicons/{source}/{language}"),
    log:
        "logs/fetch/lexicons-{source}-{language}.log",
    benchmark:
        f"{RESULTS}/timings/fetch-lexicon-{{source}}-{{language}}.tsv"
    wildcard_constraints:
        source=one_of(LEXICONS_BY_ADDRESS),
    retries: 1
    conda:
        "../../envs/mclner.yaml"
    params:
        url=lambda wildcards: LEXICONS_BY_ADDRESS[wildcards.source]["url"].format(language=wildcards.language),
        licence=lambda wildcards: LEXICONS_BY_ADDRESS[wildcards.source].get("licence", "not stated"),
        lock=LOCK,
        program=program("fetch_file"),
    message:
        "Fetching {params.url}"
    shell:
        "{params.program} --url {params.url:q} --licence {params.licence:q}"
        " --name lexicons/{wildcards.source}/{wildcards.language} --lock {params.lock:q} --folder {output} --log {log}"


rule fetch_parallel_text:
    output:
        directory("resources/downloads/parallel/{source}/{language}"),
    log:
        "logs/fetch/parallel-{source}-{language}.log",
    benchmark:
        f"{RESULTS}/timings/fetch-parallel-{{source}}-{{language}}.tsv"
    wildcard_constraints:
        source=one_of(config["parallel_sources"]),
    retries: 1
    conda:
        "../../envs/mclner.yaml"
    params:
        url=lambda wildcards: parallel_address(wildcards.source, wildcards.language),
        licence=lambda wildcards: config["parallel_sources"][wildcards.source].get("licence", "not stated"),
        lock=LOCK,
        program=program("fetch_file"),
    message:
        "Fetching {params.url}"
    shell:
        "{params.program} --url {params.url:q} --licence {params.licence:q}"
        " --name parallel/{wildcards.source}/{wildcards.language} --lock {params.lock:q} --folder {output} --log {log}"


rule lock:
    input:
        fetched(),
    output:
        f"{RESULTS}/sources.tsv",
    log:
        f"logs/{EXPERIMENT.name}/lock.log",
    benchmark:
        f"{RESULTS}/timings/lock.tsv"
    conda:
        "../../envs/mclner.yaml"
    params:
        downloads="resources/downloads",
        lock=LOCK,
        program=program("update_lock"),
    message:
        "Verifying all downloads against {params.lock}"
    shell:
        "{params.program} --folders {input} --downloads {params.downloads} --lock {params.lock:q} --table {output}"
        " --log {log}"


rule bundle:
    input:
        fetched(),
        wheels(),
        *([rules.lock.output] if fetched() else []),
    output:
        f"bundles/{EXPERIMENT.name}.tar",
    log:
        f"logs/{EXPERIMENT.name}/bundle.log",
    benchmark:
        f"{RESULTS}/timings/bundle.tsv"
    conda:
        "../../envs/mclner.yaml"
    params:
        packed=[*fetched(), *wheels(), *([LOCK] if fetched() else [])],
        program=program("bundle"),
    message:
        "Packing all that was fetched into {output}"
    shell:
        "{params.program} --items {params.packed:q} --bundle {output} --log {log}"


rule fetch:
    input:
        wheels(),
        *([rules.lock.output] if fetched() else []),
