"""The sizes of slim's networks for their published pictures and classes, as `model_size.measure` finds them.

Recorded, because building all the large graphs takes far longer than a listing may.
"""

from __future__ import annotations

from convflow.tools.model_size import Size

SIZES = {
    "alexnet_v2": Size(50_303_912, 736_555_776),
    "cifarnet": Size(1_756_426, 32_778_112),
    "inception_resnet_v2": Size(59_179_952, 13_162_501_216),
    "inception_v1": Size(6_617_624, 1_498_376_192),
    "inception_v2": Size(11_178_336, 1_934_857_216),
    "inception_v3": Size(27_143_152, 5_718_899_296),
    "inception_v4": Size(46_006_800, 12_260_477_024),
    "lenet": Size(3_274_634, 13_883_904),
    "mobilenet_v1": Size(4_231_976, 568_740_352),
    "mobilenet_v1_025": Size(470_072, 41_030_272),
    "mobilenet_v1_050": Size(1_331_592, 149_497_088),
    "mobilenet_v1_075": Size(2_585_560, 325_400_448),
    "mobilenet_v2": Size(3_504_872, 300_774_272),
    "mobilenet_v2_035": Size(1_677_128, 59_285_808),
    "mobilenet_v2_050": Size(1_968_680, 97_131_840),
    "mobilenet_v2_140": Size(6_108_776, 582_195_824),
    "nasnet_cifar": Size(3_346_538, 544_333_312),
    "nasnet_large": Size(88_753_150, 23_783_414_658),
    "nasnet_mobile": Size(5_289_978, 563_638_816),
    "overfeat": Size(145_704_424, 2_647_011_328),
    "pnasnet_large": Size(86_057_668, 24_937_395_792),
    "pnasnet_mobile": Size(5_064_487, 587_293_200),
    "resnet_v1_101": Size(44_549_160, 7_194_476_544),
    "resnet_v1_152": Size(60_192_808, 10_906_697_728),
    "resnet_v1_200": Size(64_673_832, 14_400_552_960),
    "resnet_v1_50": Size(25_557_032, 3_482_255_360),
    "resnet_v2_101": Size(44_577_896, 7_194_476_544),
    "resnet_v2_152": Size(60_236_904, 10_906_697_728),
    "resnet_v2_200": Size(64_726_120, 14_400_552_960),
    "resnet_v2_50": Size(25_568_360, 3_482_255_360),
    "vgg_11": Size(132_863_336, 7_609_090_048),
    "vgg_13": Size(133_047_848, 11_308_466_176),
    "vgg_16": Size(138_357_544, 15_470_264_320),
    "vgg_19": Size(143_667_240, 19_632_062_464),
    "vgg_a": Size(132_863_336, 7_609_090_048),
}
