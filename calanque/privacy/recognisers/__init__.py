"""The French pack: one small file per type of personal value."""

from calanque.privacy.recognisers.address import ADDRESS
from calanque.privacy.recognisers.bank_card import BANK_CARD
from calanque.privacy.recognisers.birth_date import BIRTH_DATE
from calanque.privacy.recognisers.email import EMAIL
from calanque.privacy.recognisers.gps import GPS
from calanque.privacy.recognisers.handle import HANDLE
from calanque.privacy.recognisers.iban import IBAN
from calanque.privacy.recognisers.ip import IP
from calanque.privacy.recognisers.nir import NIR
from calanque.privacy.recognisers.person import PERSON
from calanque.privacy.recognisers.phone import PHONE
from calanque.privacy.recognisers.plate import PLATE
from calanque.privacy.rules import Recogniser

PACK_VERSION = "0.1.0"
PACK: tuple[Recogniser, ...] = (EMAIL, IBAN, BANK_CARD, NIR, PHONE, PLATE, IP, GPS, BIRTH_DATE, ADDRESS, HANDLE, PERSON)
