package ce_test

import (
	_ "github.com/aws/aws-sdk-go-v2/service/costexplorer" // the client that tests of this package use
)
