"""tensorflow.core.example.feature_pb2"""

from convflow.formats.example import BytesList, Feature, FeatureList, FeatureLists, Features, FloatList, Int64List
