import type { Zone } from '#test/doubles/dns.ts';

/** A 2048-bit RSA key made for these tests; nothing signs with it. */
const RSA_2048 =
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqDC1Lk12Syi4t/Jdd47YhEs/B3p88Z2XvB3r0/6Hm65GyYoCqVchYlL//pXfLl3iYRxhp4LCtpCu33oed/WWODf4Z+LIGttOoPM7h+NsNMy+o1twR9bAd8qUBUkUk4++vxxd0Ql3GaBnUKHQ6syOo6uF9IZvO6cJO+S403TldUhAtXRfz56M7rXFlV71gFEvwKV1fI8DmHpYxYGivsMJgU/XiGU/9U3Xto2xUfU4zL3QAj2TC4VgAFU3fDdXUcrfVEFLcghGy+x1gOsz7pfJ5L8loiFtf20jdXVYV0jEJ6cegs9+6t59kmFXwN/eAUzpuilqAS1flAVHOF2xH1pDRQIDAQAB';

/** A DKIM key record as a provider publishes it. */
export const DKIM_RECORD = `v=DKIM1; k=rsa; p=${RSA_2048}`;

/** A company on Microsoft 365 behind Proofpoint, with every record that a scan can ask for. */
export const gatewayCompany: Zone = {
  'kuzeyhat.com.tr': {
    MX: [
      [10, 'mxa-00123456.gslb.pphosted.com'],
      [10, 'mxb-00123456.gslb.pphosted.com'],
    ],
    TXT: [
      'v=spf1 include:spf.protection.outlook.com include:spf-00123456.pphosted.com -all',
      'MS=ms12345678',
    ],
    NS: ['ns1.kuzeyhat.com.tr', 'ns2.kuzeyhat.com.tr'],
    SOA: ['ns1.kuzeyhat.com.tr', 'hostmaster.kuzeyhat.com.tr', 2026112501, 300],
    CAA: [[0, 'issue', 'letsencrypt.org']],
    A: ['192.0.2.10'],
  },
  '_dmarc.kuzeyhat.com.tr': { TXT: ['v=DMARC1; p=reject; rua=mailto:dmarc@kuzeyhat.com.tr'] },
  'selector1._domainkey.kuzeyhat.com.tr': {
    CNAME: 'selector1-kuzeyhat-com-tr._domainkey.kuzeyhat.onmicrosoft.com',
  },
  'selector2._domainkey.kuzeyhat.com.tr': {
    CNAME: 'selector2-kuzeyhat-com-tr._domainkey.kuzeyhat.onmicrosoft.com',
  },
  'selector1-kuzeyhat-com-tr._domainkey.kuzeyhat.onmicrosoft.com': { TXT: [DKIM_RECORD] },
  'selector2-kuzeyhat-com-tr._domainkey.kuzeyhat.onmicrosoft.com': { TXT: [DKIM_RECORD] },
  'autodiscover.kuzeyhat.com.tr': { CNAME: 'autodiscover.outlook.com' },
  'enterpriseregistration.kuzeyhat.com.tr': { CNAME: 'enterpriseregistration.windows.net' },
  'enterpriseenrollment.kuzeyhat.com.tr': { CNAME: 'enterpriseenrollment-s.manage.microsoft.com' },
  'lyncdiscover.kuzeyhat.com.tr': { CNAME: 'webdir.online.lync.com' },
  'sip.kuzeyhat.com.tr': { CNAME: 'sipdir.online.lync.com' },
  '_mta-sts.kuzeyhat.com.tr': { TXT: ['v=STSv1; id=20261125'] },
  '_smtp._tls.kuzeyhat.com.tr': { TXT: ['v=TLSRPTv1; rua=mailto:tls@kuzeyhat.com.tr'] },
  'default._bimi.kuzeyhat.com.tr': { TXT: ['v=BIMI1; l=https://kuzeyhat.com.tr/logo.svg'] },
  'spf.protection.outlook.com': { TXT: ['v=spf1 ip4:40.92.0.0/15 ip4:40.107.0.0/16 ip4:52.100.0.0/15 -all'] },
  'spf-00123456.pphosted.com': { TXT: ['v=spf1 ip4:192.0.2.0/24 ~all'] },
  'mxa-00123456.gslb.pphosted.com': { A: ['192.0.2.21'] },
  'mxb-00123456.gslb.pphosted.com': { A: ['192.0.2.22'] },
  'autodiscover.outlook.com': { A: ['192.0.2.30'] },
  'enterpriseregistration.windows.net': { A: ['192.0.2.31'] },
  'enterpriseenrollment-s.manage.microsoft.com': { A: ['192.0.2.32'] },
  'webdir.online.lync.com': { A: ['192.0.2.33'] },
  'sipdir.online.lync.com': { A: ['192.0.2.34'] },
};

/** A company whose mail lies at a hoster, with SPF and nothing else. */
export const hostedCompany: Zone = {
  'gokpinar.com.tr': {
    MX: [[10, 'mail.natrohost.com']],
    TXT: ['v=spf1 a mx include:spf.natrohost.com ~all'],
    NS: ['ns1.natrohost.com', 'ns2.natrohost.com'],
    A: ['192.0.2.40'],
  },
  'spf.natrohost.com': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] },
  'mail.natrohost.com': { A: ['192.0.2.41'] },
  '_dmarc.gokpinar.com.tr': { TXT: ['v=DMARC1; p=none'] },
};
