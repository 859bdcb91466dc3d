"""`templates/web.yaml`: page and API under one domain, and what CloudFront makes of a path."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kotogura.local.page_server import security_headers

NODE = Path(__file__).parents[2] / ".venv" / "bin" / "node"


@pytest.fixture(scope="session")
def web(template):
    return template.nested["Web"]


def config(web, logical_id: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = web.resources[logical_id]["Properties"][name]
    return found


def distribution(web):
    return config(web, "Distribution", "DistributionConfig")


def rewritten(web, function: str, path: str) -> str:
    """Run a CloudFront function on a path; return what the origin would be asked for."""
    code = web.resources[function]["Properties"]["FunctionCode"]
    event = json.dumps({"request": {"method": "GET", "uri": path, "querystring": {}}})
    done = subprocess.run(
        [NODE, "-e", f"{code}\nprocess.stdout.write(handler({event}).uri)"],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return done.stdout


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/", "/index.html"),
        ("/documents/abc", "/index.html"),
        ("/signed-in", "/index.html"),
        ("/v1.2/words", "/index.html"),
        ("/assets/index-BQX0pJd4.css", "/assets/index-BQX0pJd4.css"),
        ("/config.json", "/config.json"),
        ("/assets/missing.js", "/assets/missing.js"),
    ],
)
def test_a_path_that_names_no_file_gets_the_page(web, path, asked):
    assert rewritten(web, "PagePaths", path) == asked


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/api/search", "/search"),
        ("/api/words/%E8%A8%80%2F/similar", "/words/%E8%A8%80%2F/similar"),
        ("/api/api/x.json", "/api/x.json"),
        ("/api/", "/"),
    ],
)
def test_the_api_is_asked_without_the_prefix(web, path, asked):
    assert rewritten(web, "ApiPaths", path) == asked


def test_an_error_of_the_api_never_becomes_the_page(web):
    assert "CustomErrorResponses" not in distribution(web)
    [behaviour] = distribution(web)["CacheBehaviors"]
    functions = [one["FunctionARN"] for one in behaviour["FunctionAssociations"]]
    assert functions == [{"Fn::GetAtt": ["ApiPaths", "FunctionARN"]}]


def test_nothing_of_the_api_is_kept_and_the_token_goes_on(web):
    [behaviour] = distribution(web)["CacheBehaviors"]
    # The ids of AWS's own policies: CachingDisabled and AllViewerExceptHostHeader.
    assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert behaviour["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert {"PUT", "POST", "DELETE"} <= set(behaviour["AllowedMethods"])
    assert behaviour["ViewerProtocolPolicy"] == "https-only"


def directives(policy: str) -> dict[str, set[str]]:
    return {part.split()[0]: set(part.split()[1:]) for part in policy.split(";")}


def test_the_page_runs_its_own_scripts_alone_and_reaches_what_it_needs(web):
    policy = config(web, "PageHeaders", "ResponseHeadersPolicyConfig")["SecurityHeadersConfig"]
    text = policy["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    made = directives(text)
    assert "unsafe" not in text
    bucket = "https://${DocumentsBucketName}.s3.${AWS::Region}.${AWS::URLSuffix}"
    assert {"'self'", "https://${SignInHost}", bucket} <= made.pop("connect-src")
    # On a laptop the page runs under the same policy, so that what it forbids is found there.
    local = directives(security_headers("http://uploads")["Content-Security-Policy"])
    local.pop("connect-src")
    assert made == local


def test_the_bucket_is_read_by_this_distribution_alone(web):
    block = config(web, "PageBucket", "PublicAccessBlockConfiguration")
    assert all(block.values())
    statements = config(web, "PageBucketPolicy", "PolicyDocument")["Statement"]
    allowed = [one for one in statements if one["Effect"] == "Allow"]
    assert allowed
    for statement in allowed:
        assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        source = statement["Condition"]["StringEquals"]["aws:SourceArn"]["Fn::Sub"]
        assert source.endswith("distribution/${Distribution}")


def test_the_page_signs_people_in_by_a_code_and_not_by_a_token_in_an_address(template):
    client = template.resources["UserPoolClient"]["Properties"]
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["GenerateSecret"] is False  # so that Cognito wants PKCE's proof
