terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

data "aws_iam_policy_document" "lambda" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "lambda" {
  name_prefix        = "headstart-"
  assume_role_policy = data.aws_iam_policy_document.lambda.json
}

resource "aws_lambda_layer_version" "headstart" {
  layer_name               = "headstart"
  filename                 = "../build/layer.zip"
  source_code_hash         = filebase64sha256("../build/layer.zip")
  compatible_runtimes      = ["python3.12"]
  compatible_architectures = ["x86_64"]
}

# On a managed runtime the launcher takes the place of AWS's client.
resource "aws_lambda_function" "greeting" {
  function_name    = "greeting"
  role             = aws_iam_role.lambda.arn
  runtime          = "python3.12"
  handler          = "app.handler"
  filename         = "../build/greeting.zip"
  source_code_hash = filebase64sha256("../build/greeting.zip")
  layers           = [aws_lambda_layer_version.headstart.arn]
  memory_size      = 512
  timeout          = 30

  environment {
    variables = {
      AWS_LAMBDA_EXEC_WRAPPER = "/opt/bootstrap"
    }
  }
}

# In machine code the launcher is the runtime.
resource "aws_lambda_function" "prices" {
  function_name    = "prices"
  role             = aws_iam_role.lambda.arn
  runtime          = "provided.al2023"
  handler          = "libprices.handler"
  filename         = "../build/native.zip"
  source_code_hash = filebase64sha256("../build/native.zip")
  memory_size      = 512
  timeout          = 30
}
