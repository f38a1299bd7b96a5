"""tf_slim.losses.metric_learning"""

from convflow.slim.cluster_loss import (
    cluster_loss,
    compute_augmented_facility_locations,
    compute_augmented_facility_locations_pam,
    compute_clustering_score,
    compute_facility_energy,
    compute_gt_cluster_score,
    get_cluster_assignment,
    update_1d_tensor,
    update_all_medoids,
    update_medoid_per_cluster,
)
from convflow.slim.cluster_search import HAS_SKLEARN
from convflow.slim.metric_learning import (
    contrastive_loss,
    lifted_struct_loss,
    masked_maximum,
    masked_minimum,
    npairs_loss,
    npairs_loss_multilabel,
    pairwise_distance,
    triplet_semihard_loss,
)
