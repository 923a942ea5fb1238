package iam

import (
	"umbel/internal/fault"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

// The operations here list kinds of things that cannot exist in Umbel, because no operation makes them: their lists are
// empty. Tools ask for them before they delete a user.

// exists checks that the user asked for is there.
func (sc *scene) exists(name *string) error {
	user, err := sc.user(name)
	if err != nil || user == "" {
		return err
	}
	_, err = sc.s.FindUser(user)
	return err
}

// onePage refuses a marker: a list that never has a second page gives none out.
func onePage(marker *string) error {
	if marker == nil {
		return nil
	}
	return fault.New(fault.ValidationFailed, "Invalid Marker.")
}

// absent is what a list of a user's things that cannot exist checks.
func (sc *scene) absent(user, marker *string) error {
	if err := onePage(marker); err != nil {
		return err
	}
	return sc.exists(user)
}

func listMFADevices() *op.Operation {
	return reading("ListMFADevices",
		func(a *authorize, in *model.ListMFADevicesInput) []op.Target { return one(a.user(in.UserName)) },
		func(sc *scene, in *model.ListMFADevicesInput) (*model.ListMFADevicesOutput, error) {
			if err := sc.absent(in.UserName, in.Marker); err != nil {
				return nil, err
			}
			return &model.ListMFADevicesOutput{MFADevices: []model.MFADevice{}, IsTruncated: new(false)}, nil
		})
}

func listVirtualMFADevices() *op.Operation {
	return reading("ListVirtualMFADevices",
		func(a *authorize, _ *model.ListVirtualMFADevicesInput) []op.Target { return a.listing("mfa", nil) },
		func(_ *scene, in *model.ListVirtualMFADevicesInput) (*model.ListVirtualMFADevicesOutput, error) {
			if err := onePage(in.Marker); err != nil {
				return nil, err
			}
			return &model.ListVirtualMFADevicesOutput{VirtualMFADevices: []model.VirtualMFADevice{}, IsTruncated: new(false)}, nil
		})
}

func listSigningCertificates() *op.Operation {
	return reading("ListSigningCertificates",
		func(a *authorize, in *model.ListSigningCertificatesInput) []op.Target {
			return one(a.user(in.UserName))
		},
		func(sc *scene, in *model.ListSigningCertificatesInput) (*model.ListSigningCertificatesOutput, error) {
			if err := sc.absent(in.UserName, in.Marker); err != nil {
				return nil, err
			}
			return &model.ListSigningCertificatesOutput{Certificates: []model.SigningCertificate{}, IsTruncated: new(false)}, nil
		})
}

func listSSHPublicKeys() *op.Operation {
	return reading("ListSSHPublicKeys",
		func(a *authorize, in *model.ListSSHPublicKeysInput) []op.Target { return one(a.user(in.UserName)) },
		func(sc *scene, in *model.ListSSHPublicKeysInput) (*model.ListSSHPublicKeysOutput, error) {
			if err := sc.absent(in.UserName, in.Marker); err != nil {
				return nil, err
			}
			return &model.ListSSHPublicKeysOutput{SSHPublicKeys: []model.SSHPublicKeyMetadata{}, IsTruncated: new(false)}, nil
		})
}

func listServiceSpecificCredentials() *op.Operation {
	return reading("ListServiceSpecificCredentials",
		func(a *authorize, in *model.ListServiceSpecificCredentialsInput) []op.Target {
			if op.Value(in.AllUsers) {
				return a.listing("user", nil)
			}
			return one(a.user(in.UserName))
		},
		func(sc *scene, in *model.ListServiceSpecificCredentialsInput) (*model.ListServiceSpecificCredentialsOutput, error) {
			if err := onePage(in.Marker); err != nil {
				return nil, err
			}
			if !op.Value(in.AllUsers) {
				if err := sc.exists(in.UserName); err != nil {
					return nil, err
				}
			}
			return &model.ListServiceSpecificCredentialsOutput{ServiceSpecificCredentials: []model.ServiceSpecificCredentialMetadata{}}, nil
		})
}
