"""The common refusals of AWS and Alexa: what they mean, and what to do."""

from __future__ import annotations

import re

# Where Amazon says that Alexa calls Lambda functions. CloudFormation takes the skill in more regions than that.
REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1")

SECRET_KEYS = ("client_id", "client_secret", "refresh_token")

_LWA_WORDS = (
    "The secret must be JSON with client_id, client_secret and refresh_token (docs/deployment.md, step 5). "
    "To look at its keys: aws secretsmanager get-secret-value --secret-id NAME --query SecretString"
)

_KNOWN: tuple[tuple[str, str], ...] = (
    (
        r"Unable to locate credentials|NoCredentials|could not be found.*profile|AWS_PROFILE",
        "AWS does not know who you are. Sign in (aws configure, or aws sso login) and, with several accounts, set AWS_PROFILE.",
    ),
    (
        r"ExpiredToken|token.*(has )?expired|session.*expired|RequestExpired",
        "Your AWS session has expired. Sign in again (aws sso login), then run this again.",
    ),
    (
        r"InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|AuthFailure|security token.*invalid",
        "AWS does not accept these credentials: wrong keys, or the wrong profile. See aws sts get-caller-identity.",
    ),
    (
        r"trigger setting for the Lambda|SkillManifestError|trigger.*(is )?invalid",
        "Alexa could not find a permission to call the function. Usually the permission names another skill: an id that is no "
        "longer this stack's. Deploy once with SET='SkillId=', and it is put right. It also happens outside of "
        + ", ".join(REGIONS)
        + ".",
    ),
    (
        r"invalid_grant|invalid_client|refresh.?token|Not authorized to (access|call)|LWA|unauthorized_client",
        "Login with Amazon does not accept the client or the refresh token. Make a new token "
        "(ask util generate-lwa-tokens, with the client id and secret of the same security profile) and put it into the secret. "
        "CloudFormation only looks at the secret again when the skill changes: deploy with SET='AlexaSecret=a-new-name'.",
    ),
    (
        r"vendor",
        "The vendor id is not one that these Alexa credentials belong to. Look it up where you are signed in with the same "
        "Amazon account: https://developer.amazon.com/settings/console/mycid. It begins with M, and is not the customer id beside it.",
    ),
    (
        r"Unrecognized resource types?.*Alexa|Alexa::ASK::Skill.*(not (supported|available|exist)|does not exist)",
        "CloudFormation cannot make Alexa skills in this region. Choose " + ", ".join(REGIONS) + " in samconfig.toml.",
    ),
    (
        r"privacyPolicyUrl|privacy policy",
        "Alexa wants a privacy policy that opens in a browser, for every locale: privacyPolicyUrl in interaction_model/skill.json.",
    ),
    (r"specified secret|SecretString|JSON key|secretsmanager", _LWA_WORDS),
    (
        r"UnreservedConcurrentExecution|ReservedConcurrentExecutions",
        "The account has too few requests at once to set any aside. Deploy with SET='MostAtOnce=', or ask AWS for a higher "
        "quota of concurrent executions (Service Quotas, AWS Lambda), which costs nothing.",
    ),
    (
        r"ROLLBACK_COMPLETE state|ROLLBACK_FAILED",
        "The first deploy of this stack failed, and CloudFormation can only delete what is left: sam delete --config-env STAGE. "
        "Then deploy again. Nothing was on the air.",
    ),
    (
        r"in [A-Z_]+_IN_PROGRESS state",
        "Another deploy of this stack is under way. Wait until it is done, and run this again.",
    ),
    (
        r"StateMachine|DEPLOYMENT_STOP_ON_ALARM|stopped.*alarm|alarm.*(stopped|roll)|CodeDeploy",
        "The new version was taken back while it was being rolled out: an alarm went off, or was on already. Listeners have the "
        "version from before. See the log of the function (sam logs --stack-name STACK), mend it, and deploy again.",
    ),
    (
        r"not authorized to perform:? ?(\S+)|AccessDenied|User:.*is not authorized",
        "Your AWS user may not do that. Whoever administers the account can let you; docs/deployment.md lists what is needed.",
    ),
    (
        r"already exists",
        "Something of that name is there already, perhaps left from a stack that was deleted. The content table is meant to "
        "be left: docs/operations.md, 'A stack that was deleted'.",
    ),
    (
        r"InteractionModel|interaction model|invocation name|skill package|SkillPackage|import.*failed",
        "Alexa does not accept the skill package. What it says above names the field. make test checks most of Alexa's rules; "
        "if this one was missing there, add it.",
    ),
    (
        r"S3.*bucket|NoSuchBucket",
        "The bucket that sam deploy uploads to is gone: sam deploy makes a new one after aws cloudformation delete-stack --stack-name aws-sam-cli-managed-default.",
    ),
)


def explain(message: str) -> str:
    """Return what ``message`` means and what to do; "" when it is none of the known refusals."""
    return next((words for pattern, words in _KNOWN if re.search(pattern, message, re.IGNORECASE)), "")
