import type { Split } from '../../api/generated'

/** The splits with labels, in the order of use. */
export const splits: readonly { readonly value: Split; readonly label: string; readonly purpose: string }[] =
  [
    { value: 'SUPPORT_POOL', label: 'Support pool', purpose: 'support sets are drawn from these' },
    { value: 'VALIDATION', label: 'Validation', purpose: 'hyperparameters may be selected on these' },
    { value: 'TEST', label: 'Test', purpose: 'accuracy is measured on these' },
  ]

export const imagesIn = (
  counts: readonly { readonly split: Split; readonly images: number }[],
  split: Split,
): number => counts.find((count) => count.split === split)?.images ?? 0
