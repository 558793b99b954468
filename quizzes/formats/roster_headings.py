"""What columns of a roster are called, in the languages of those who send them.

A heading is compared without case, accents and signs: “E-Mail-Adresse” is emailadresse, “Prénom” is prenom.
"""

from __future__ import annotations

import unicodedata

EMAIL, FIRST, LAST, FULL, LAST_FIRST, USERNAME = (
    "email",
    "first_name",
    "last_name",
    "full_name",
    "last_first",
    "username",
)
ALIASES = {
    EMAIL: """
        email mail emailaddress mailaddress schoolemail schoolemailaddress studentemail emailid workemail sisemail
        emailadresse mailadresse schulemail schulmail emailprivat
        courriel adresseemail adressemail adressecourriel adresseelectronique couriel mel adressemel
        correo correoelectronico correoinstitucional direcciondecorreo direcciondecorreoelectronico emailinstitucional
        posta postaelettronica indirizzoemail indirizzomail indirizzodipostaelettronica
        emailadres mailadres schoolmail
        enderecodeemail enderecoeletronico correioeletronico
        adresemail adresmail poczta pocztaelektroniczna adresepocztyelektronicznej
        epost epostadress epostadresse sahkoposti eposta email1value emailadress
    """,
    FIRST: """
        firstname givenname givennames forename forenames firstnames prename
        vorname vornamen rufname
        prenom prenoms
        nombres primernombre nombredepila
        nomedibattesimo
        voornaam voornamen roepnaam
        primeironome nomeproprio
        imie imiona
        fornavn fornamn etunimi ad
    """,
    LAST: """
        lastname surname surnames familyname lastnames
        nachname familienname zuname nachnamen
        nomdefamille nomfamille patronyme
        apellido apellidos primerapellido
        cognome cognomi
        achternaam familienaam
        sobrenome apelido ultimonome
        nazwisko nazwiska
        etternavn efternavn efternamn sukunimi soyad
    """,
    FULL: """
        fullname student studentname learner pupil pupilname person completename displayname members member
        namevorundnachname vornamenachname vornamename vornameundnachname vollername schuler schulerin schulername ganzername
        vollstandigername
        nomcomplet prenomnom prenometnom eleve etudiant
        nombrecompleto nombreyapellido nombreyapellidos nombreapellidos alumno alumna estudiante
        nomecompleto nomeecognome nomecognome studente alunno alunna
        volledigenaam leerling voornaamachternaam
        aluno aluna estudantes nomeesobrenome
        imieinazwisko imienazwisko uczen uczennica
        firstnamelastname firstlast firstandlastname firstnamesurname
    """,
    LAST_FIRST: """
        lastnamefirstname lastfirst surnamefirstname sortablename
        nachnamevorname namevorname familiennamevorname nachnameundvorname
        nomprenom nometprenom nomprenoms
        apellidosnombre apellidosynombre apellidosnombres apellidosynombres apellidonombre
        cognomenome cognomeenome
        achternaamvoornaam
        nazwiskoimie nazwiskoiimie
    """,
    USERNAME: """
        username user login loginname loginid sisloginid userid userlogin logon
        benutzername benutzer anmeldename nutzername kennung
        nomdutilisateur identifiant utilisateur
        usuario nombredeusuario
        nomeutente utente
        gebruikersnaam gebruiker
        nomedeusuario nomedeutilizador utilizador
        nazwauzytkownika uzytkownik
        brukernavn anvandarnamn
    """,
}
FIELDS = {alias: field for field, aliases in ALIASES.items() for alias in aliases.split()}
# A first name, a last name or all of it: what else there is decides.
NAMES = frozenset(("name", "nom", "nome", "naam", "nombre", "names", "namn", "navn", "nimi"))
OF_OTHERS = (
    *("eltern", "mutter", "vater", "parent", "guardian", "mother", "father", "padre", "madre", "mere", "pere"),
    *("tutor", "genitor", "ouder", "rodzic", "responsa", "teacher", "lehrer"),
)
FROM_LETTERS = str.maketrans("łŁøØßđ", "lLoOsd")  # those that do not fall apart into a letter and its accent


def plain(heading: str) -> str:
    """Return a heading without case, accents and signs."""
    apart = unicodedata.normalize("NFKD", heading.translate(FROM_LETTERS)).casefold()
    return "".join(char for char in apart if char.isalnum())


def fields_of(headings: tuple[str, ...]) -> tuple[str, ...]:
    """Return the field that each heading names, or nothing; a bare “Name” is what the others leave."""
    named = [plain(heading) for heading in headings]
    fields = [FIELDS.get(name, "") for name in named]
    rest = FIRST if LAST in fields else LAST if FIRST in fields else FULL
    return tuple(
        rest if name in NAMES and rest not in fields else field for name, field in zip(named, fields, strict=True)
    )


def is_of_others(heading: str) -> bool:
    """Return whether a column is about the parents, or the teacher: their addresses are nobody's log-in here."""
    return any(word in plain(heading) for word in OF_OTHERS)
