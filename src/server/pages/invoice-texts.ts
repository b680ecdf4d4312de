/** The words of printed invoices. Those in French are the ones that the law prescribes, where it does. */
export const invoiceTexts = {
  en: {
    kinds: { INVOICE: 'Invoice', CREDIT_NOTE: 'Credit note', DOWN_PAYMENT: 'Down payment invoice' },
    units: { DAY: 'days', HUR: 'hours', C62: '' },
    ...{ draft: 'Draft', seller: 'Seller', buyer: 'Client', number: 'Number', date: 'Date', due: 'Payable until' },
    ...{ period: 'Period of the work', order: 'Your order', reference: 'Your reference', credits: 'Corrects' },
    ...{
      name: 'Description',
      quantity: 'Quantity',
      price: 'Unit price',
      discount: 'Discount',
      rate: 'VAT',
      net: 'Net',
    },
    ...{ allowance: 'Allowance', charge: 'Charge', basis: 'Basis', vat: 'VAT', netTotal: 'Total without VAT' },
    ...{ vatTotal: 'Total VAT', grossTotal: 'Total with VAT', vatIn: 'VAT in', capital: 'share capital' },
    ...{ vatNumber: 'VAT number', services: 'Supply of services', reverseCharge: 'Reverse charge' },
    onDebits: 'VAT is due when the invoice is issued',
    noDiscount: 'No discount for early payment',
    late: 'Late payment: interest at the rate of the European Central Bank plus 10 points, and 40 EUR for recovery costs',
    hash: 'SHA-256 of the content',
  },
  fr: {
    kinds: { INVOICE: 'Facture', CREDIT_NOTE: 'Avoir', DOWN_PAYMENT: 'Facture d’acompte' },
    units: { DAY: 'jours', HUR: 'heures', C62: '' },
    ...{ draft: 'Brouillon', seller: 'Vendeur', buyer: 'Client', number: 'Numéro', date: 'Date', due: 'Échéance' },
    ...{
      period: 'Période de réalisation',
      order: 'Bon de commande',
      reference: 'Votre référence',
      credits: 'Rectifie',
    },
    ...{
      name: 'Désignation',
      quantity: 'Quantité',
      price: 'Prix unitaire',
      discount: 'Remise',
      rate: 'TVA',
      net: 'HT',
    },
    ...{ allowance: 'Remise', charge: 'Majoration', basis: 'Base HT', vat: 'TVA', netTotal: 'Total HT' },
    ...{ vatTotal: 'Total TVA', grossTotal: 'Total TTC', vatIn: 'TVA en', capital: 'capital social' },
    ...{ vatNumber: 'N° de TVA', services: 'Prestations de services', reverseCharge: 'Autoliquidation' },
    onDebits: 'Option pour le paiement de la taxe d’après les débits',
    noDiscount: 'Pas d’escompte pour paiement anticipé',
    late: 'Retard de paiement : intérêts au taux de la Banque centrale européenne majoré de 10 points, et indemnité forfaitaire de 40 EUR pour frais de recouvrement',
    hash: 'SHA-256 du contenu',
  },
};

export type InvoiceText = (typeof invoiceTexts)['fr'];
