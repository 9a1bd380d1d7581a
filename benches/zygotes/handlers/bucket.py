import boto3

CLIENT = boto3.client("s3", region_name="eu-west-1", aws_access_key_id="AKID", aws_secret_access_key="SECRET")


def handler(event, context):
    url = CLIENT.generate_presigned_url("get_object", Params={"Bucket": "photos", "Key": event.get("key", "a.jpg")})
    return url.split("?")[0]
