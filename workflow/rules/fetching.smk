# All that needs a network: data sets and models of the Hugging Face hub, and lexicons by their address. Local rules, so that
# on a cluster they run on the login node; every other rule works offline.
rule fetch_corpus:
    output:
        directory(PLACES.corpus_download("{language}")),
    log:
        f"logs/fetch/corpora-{PLACES.corpus_name}-{{language}}.log",
    benchmark:
        f"{RESULTS}/timings/fetch-corpus-{{language}}.tsv"
    retries: 1
    localrule: True
    conda:
        "../../envs/mclner.yaml"
    params:
        sources=lambda wildcards: json.dumps(PLAN.corpora.hub_sources(wildcards.language), sort_keys=True),
        name=f"corpora/{PLACES.corpus_name}",
        lock=config["lock_file"],
        policy=lock_policy,
        program=program("fetch_corpus", online=True),
    message:
        "Fetching the sentences of {wildcards.language}"
    shell:
        "{params.program} --sources {params.sources:q} --language {wildcards.language}"
        " --name {params.name}/{wildcards.language} --lock {params.lock:q} --policy {params.policy}"
        " --folder {output} --log {log}"


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
    localrule: True
    conda:
        "../../envs/mclner.yaml"
    params:
        model=lambda wildcards: PLAN.models.fetch_options(wildcards.group, wildcards.model),
        lock=config["lock_file"],
        policy=lock_policy,
        program=program("fetch_model", online=True),
    message:
        "Fetching the model {wildcards.model}"
    shell:
        "{params.program} {params.model} --name {wildcards.group}/{wildcards.model} --lock {params.lock:q}"
        " --policy {params.policy} --folder {output} --log {log}"


rule fetch_lexicon:
    output:
        directory("resources/downloads/lexicons/{source}/{language}"),
    log:
        "logs/fetch/lexicons-{source}-{language}.log",
    benchmark:
        f"{RESULTS}/timings/fetch-lexicon-{{source}}-{{language}}.tsv"
    wildcard_constraints:
        source=one_of(PLAN.lexicons.by_address),
    retries: 1
    localrule: True
    conda:
        "../../envs/mclner.yaml"
    params:
        url=lambda wildcards: PLAN.lexicons.address(wildcards.source, wildcards.language),
        licence=lambda wildcards: PLAN.lexicons.licence(wildcards.source),
        lock=config["lock_file"],
        policy=lock_policy,
        program=program("fetch_file", online=True),
    message:
        "Fetching {params.url}"
    shell:
        "{params.program} --url {params.url:q} --licence {params.licence:q}"
        " --name lexicons/{wildcards.source}/{wildcards.language} --lock {params.lock:q}"
        " --policy {params.policy} --folder {output} --log {log}"


# The lock file is no output: Snakemake deletes the outputs of a job before it runs and after it fails, and what this file
# pins, for several experiments, must outlive both.
rule lock:
    input:
        PLAN.fetched,
    output:
        f"{RESULTS}/sources.tsv",
    log:
        f"{LOGS}/lock.log",
    benchmark:
        f"{RESULTS}/timings/lock.tsv"
    localrule: True
    conda:
        "../../envs/mclner.yaml"
    params:
        downloads=lambda wildcards, input: f"{input[0].partition('/downloads/')[0]}/downloads",
        lock=config["lock_file"],
        policy=lock_policy,
        program=program("update_lock"),
    message:
        "Verifying all downloads against {params.lock}"
    shell:
        "{params.program} --folders {input} --downloads {params.downloads} --lock {params.lock:q}"
        " --policy {params.policy} --table {output} --log {log}"


rule bundle:
    input:
        packed=[*PLAN.fetched, *PLAN.models.wheels],
        sources=PLAN.sources,
    output:
        f"bundles/{EXPERIMENT.name}.tar",
    log:
        f"{LOGS}/bundle.log",
    benchmark:
        f"{RESULTS}/timings/bundle.tsv"
    localrule: True
    conda:
        "../../envs/mclner.yaml"
    params:
        lock=[config["lock_file"]] if PLAN.fetched else [],
        program=program("bundle"),
    message:
        "Packing all that was fetched into {output}"
    shell:
        "{params.program} --items {input.packed:q} {params.lock:q} --bundle {output} --log {log}"


rule fetch:
    input:
        PLAN.models.wheels,
        PLAN.sources,
    localrule: True
