"""Tables whose heads tell what stands below them."""

import pytest

from calanque.privacy.redact import redact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "N° | NOM Prénom | Matricule\n1 | rose prune | A20417\n2 | ROCHE Olive | B00562",
            "N° | NOM Prénom | Matricule\n1 | <PERSON> | <FR_AGENT_NUMBER>\n2 | <PERSON> | <FR_AGENT_NUMBER>",
            id="bars",
        ),
        pytest.param(
            'nom,prenom,ddn,tel\npetit,rose,3 mai,0612\n"roche","prune",,',
            'nom,prenom,ddn,tel\n<PERSON>,<PERSON>,<BIRTH_DATE>,<PHONE_NUMBER>\n"<PERSON>","<PERSON>",,',
            id="commas-and-quotes",
        ),
        pytest.param("lieu\tmatricule\nparc\tX77\n", "lieu\tmatricule\nparc\t<FR_AGENT_NUMBER>\n", id="tabs"),
        pytest.param(
            'nom;matricule;note\npetit;xk4;"a;b"\nun mot\n\nrose;xk5;non',
            'nom;matricule;note\n<PERSON>;<FR_AGENT_NUMBER>;"a;b"\nun mot\n\n<PERSON>;<FR_AGENT_NUMBER>;non',
            id="quoted-signs-and-other-lines",
        ),
        pytest.param("nom;classe\nle goff yann;CE1", "nom;classe\n<PERSON>;CE1", id="names-under-a-head-of-things-too"),
        pytest.param("prénom;nom\nRose;néant", "prénom;nom\n<PERSON>;néant", id="a-cell-of-nothing"),
    ],
)
def test_cells_below_a_head_are_masked(text: str, expected: str) -> None:
    assert redact([text])[0].text == expected
    assert redact([expected])[0].text == expected


@pytest.mark.parametrize(
    "text",
    [
        "Lieu;Agent;Suite\nparc;absent;sans suite",
        "Le nom, le service et la date\nsont, pour chacun, à noter, merci",
        "nom;commune\nPiscine du port;Marseille\nEcole du port;Aubagne",
        "identifiant,libelle,montant\n12,banc,300",
        "Mobile;quantité\n12 bancs;4",
        "Nom de la rue;Longueur\nGrande Rue;300 m",
        "Nom : le service\nTel : aucun",
    ],
)
def test_what_is_no_table_of_persons_stays(text: str) -> None:
    assert redact([text])[0].text == text
