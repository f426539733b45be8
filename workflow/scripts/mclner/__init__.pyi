from mclner.model.recogniser import EntityRecogniser as EntityRecogniser

__all__ = ["EntityRecogniser"]
