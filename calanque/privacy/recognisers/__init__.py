"""The French pack: one small file per type of personal value."""

from calanque.privacy.recognisers.address import ADDRESS
from calanque.privacy.recognisers.agent_number import AGENT_NUMBER
from calanque.privacy.recognisers.bank_card import BANK_CARD
from calanque.privacy.recognisers.birth_date import BIRTH_DATE
from calanque.privacy.recognisers.driving_licence import DRIVING_LICENCE
from calanque.privacy.recognisers.email import EMAIL
from calanque.privacy.recognisers.gps import GPS
from calanque.privacy.recognisers.handle import HANDLE
from calanque.privacy.recognisers.health_number import HEALTH_NUMBER
from calanque.privacy.recognisers.iban import IBAN
from calanque.privacy.recognisers.identity_card import IDENTITY_CARD
from calanque.privacy.recognisers.ip import IP
from calanque.privacy.recognisers.labelled import LABELLED
from calanque.privacy.recognisers.nir import NIR
from calanque.privacy.recognisers.passport import PASSPORT
from calanque.privacy.recognisers.phone import PHONE
from calanque.privacy.recognisers.plate import PLATE
from calanque.privacy.recognisers.plate_spelled import PLATE_SPELLED
from calanque.privacy.recognisers.residence_permit import RESIDENCE_PERMIT
from calanque.privacy.recognisers.siren import SIREN
from calanque.privacy.recognisers.siret import SIRET
from calanque.privacy.recognisers.tax_number import TAX_NUMBER
from calanque.privacy.rules import Recogniser

PACK_VERSION = "0.17.0"
STRUCTURED: tuple[Recogniser, ...] = (
    EMAIL,
    IBAN,
    BANK_CARD,
    NIR,
    TAX_NUMBER,
    SIRET,
    SIREN,
    IDENTITY_CARD,
    PASSPORT,
    RESIDENCE_PERMIT,
    DRIVING_LICENCE,
    HEALTH_NUMBER,
    AGENT_NUMBER,
    PHONE,
    PLATE,
    PLATE_SPELLED,
    IP,
    GPS,
    BIRTH_DATE,
    ADDRESS,
    HANDLE,
    LABELLED,
)
