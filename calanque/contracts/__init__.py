"""What a feed is: contracts in the Open Data Contract Standard, read closed and checked.

Light on purpose: DAG files import this at parse time.
"""

from calanque.contracts.folders import Folders
from calanque.contracts.forbidden import forbidden_word
from calanque.contracts.model import BronzeColumn, FeedContract, LandingColumn
from calanque.contracts.odcs import load_contract, load_contracts, read_contract, read_contracts, said_of, title_of
from calanque.contracts.problems import ContractError

__all__ = [
    "BronzeColumn",
    "ContractError",
    "FeedContract",
    "Folders",
    "LandingColumn",
    "forbidden_word",
    "load_contract",
    "load_contracts",
    "read_contract",
    "read_contracts",
    "said_of",
    "title_of",
]
