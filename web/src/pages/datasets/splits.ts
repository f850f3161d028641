import type { Split } from '../../api/generated'

/** What each split is called, in the order in which work uses them. */
export const splits: readonly { readonly value: Split; readonly label: string; readonly purpose: string }[] =
  [
    { value: 'SUPPORT_POOL', label: 'Support pool', purpose: 'support sets are drawn from these' },
    { value: 'VALIDATION', label: 'Validation', purpose: 'hyperparameters may be chosen on these' },
    { value: 'TEST', label: 'Test', purpose: 'accuracies are measured on these' },
  ]

export const imagesIn = (
  counts: readonly { readonly split: Split; readonly images: number }[],
  split: Split,
): number => counts.find((count) => count.split === split)?.images ?? 0
