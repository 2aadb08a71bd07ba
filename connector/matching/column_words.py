"""How people head the columns of a table, in the languages in which exports are common."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_ROWS = """
first_name firstname first givenname given forename fname christianname vorname rufname prenom nombre nombres
  primernombre nome primeironome voornaam imie fornamn fornavn etunimi jmeno krestnijmeno keresztnev utonev prenume isim
  ad 名 имя
last_name lastname last surname familyname family lname nachname familienname zuname nomdefamille apellido apellidos
  primerapellido cognome sobrenome apelido ultimonome achternaam familienaam nazwisko efternamn etternavn efternavn
  sukunimi prijmeni vezeteknev soyad soyisim numedefamilie 姓 фамилия
full_name name fullname personname contactname leadname displayname vollername vollstandigername nomcomplet nom
  nombrecompleto nomecompleto nominativo naam volledigenaam imieinazwisko namn navn nimi celejmeno teljesnev adsoyad
  氏名 姓名 фио
company company companyname organization organisation organizationname organisationname org
  account accountname employer
  business businessname firm firmname firma firmenname unternehmen unternehmensname gesellschaft entreprise societe
  raisonsociale nomdelentreprise empresa nombredelaempresa compania razonsocial razaosocial azienda societa
  ragionesociale bedrijf bedrijfsnaam organisatie foretag foretagsnamn virksomhed virksomhet yritys przedsiebiorstwo
  nazwafirmy spolecnost ceg cegnev sirket companie tradingname legalname entityname vendorname suppliername storename
  会社名 公司 компания организация
email email emailaddress mail emailid workemail businessemail primaryemail mailadresse
  emailadresse adressemail courriel
  adresseelectronique correo correoelectronico direccionemail indirizzoemail
  postaelettronica enderecodeemail emailadres
  adresemail epost epostadress sahkoposti eposta emailcim メール メールアドレス 邮箱 электроннаяпочта
phone phone phonenumber phone1 telephone telephonenumber tel telno telnr workphone businessphone officephone mainphone
  primaryphone landline telefon telefonnummer festnetz rufnummer numerodetelephone telefono numerodetelefono
  numeroditelefono telefone telefoon telefoonnummer numertelefonu puhelin puhelinnumero telefonszam telefonnumarasi
  電話 電話番号 电话 телефон
mobile mobile mobilephone mobilenumber mobileno cell cellphone cellular handy handynummer mobil mobiltelefon portable
  telephoneportable movil telefonomovil celular cellulare telemovel mobiel gsm komorka 携帯 手机 мобильный
website website web url homepage site websiteurl companywebsite domain domainname companydomain webseite internet
  siteweb siteinternet sitioweb paginaweb sitoweb www hjemmeside hemsida kotisivu weboldal サイト 网址 сайт
title title jobtitle position role jobrole designation function funktion berufsbezeichnung stelle poste fonction
  intitule cargo puesto ruolo posizione qualifica functie functietitel stanowisko befattning stilling tehtava
  役職 职位 должность
street street streetaddress address address1 addressline1 addr addr1 line1 mailingstreet
  billingstreet strasse anschrift
  adresse rue voie calle direccion domicilio via indirizzo rua endereco morada straat straatnaam adres
  ulica gata adress
  gade vej osoite cim adres1 住所 地址 адрес улица
city city town locality municipality place mailingcity billingcity stadt ort wohnort ville commune localite ciudad
  localidad poblacion citta comune cidade localidade stad plaats woonplaats gemeente miasto miejscowosc ort by
  kaupunki mesto varos sehir oras 市 城市 город
state state province region county stateprovince mailingstate billingstate bundesland kanton
  departement etat provincia
  estado regione provincie wojewodztwo lan fylke maakunta kraj megye 都道府県 省 область
postal_code postalcode postal postcode zip zipcode zippostalcode mailingpostalcode billingpostalcode plz postleitzahl
  codepostal cp codigopostal cap codiceavviamentopostale cep postcode kodpocztowy postnummer postinumero psc
  iranyitoszam postakodu 郵便番号 邮编 индекс
country country countryname countrycode nation mailingcountry billingcountry land pays pais paese nazione
  kraj maa zeme
  orszag ulke tara 国 国家 страна
created_at createdat created createddate creationdate datecreated createdon erstelltam angelegtam datecreation
  fechadecreacion datacreazione datadicriacao aangemaaktop datautworzenia
account_id accountid companyid customerid organizationid organisationid
"""


def _spellings() -> Mapping[str, str]:
    found: dict[str, str] = {}
    name = ""
    for line in _ROWS.strip().splitlines():
        words = line.split()
        if not line.startswith(" "):
            name, *words = words
        for word in words:
            found.setdefault(word, name)
    return found


SPELLINGS: Mapping[str, str] = MappingProxyType(_spellings())
"""Heading (lower case, without accents, spaces and punctuation) -> canonical field, or ``full_name``."""

OWNERS = (
    "lead", "contact", "person", "people", "customer", "client", "account", "company", "business", "work", "primary",
    "main", "billing", "mailing", "shipping", "office", "home", "kunden", "kunde", "firmen", "client", "cliente",
)  # fmt: skip
"""What may stand before a heading without changing it, as in ``Billing City``."""
