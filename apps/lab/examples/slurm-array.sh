#!/usr/bin/env bash
# A study as a SLURM job array: every task runs one shard, a last job joins them.
#
#   mkdir -p results
#   array=$(sbatch --parsable --array=1-100 slurm-array.sh study.yaml)
#   sbatch --dependency=afterok:$array --export=ALL,OF=100 slurm-array.sh study.yaml
#
#SBATCH --job-name=nonsmooth
#SBATCH --cpus-per-task=4
#SBATCH --mem-per-cpu=2G
#SBATCH --time=04:00:00
# a minute before its time is up, a task ends; submitted again, it goes on from the last checkpoints of its members
#SBATCH --signal=B:TERM@60
set -euo pipefail
study=$1
name=$(basename "$study" .yaml)

if [ -z "${SLURM_ARRAY_TASK_ID:-}" ]; then
  mapfile -t shards < <(seq -f "results/$name-%g" 1 "$OF")
  exec nonsmooth merge "${shards[@]}" --out "results/$name"
fi
exec nonsmooth run "$study" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_MAX" \
  --out "results/$name-$SLURM_ARRAY_TASK_ID" --resume --workers "${SLURM_CPUS_PER_TASK:-1}" --progress json
